using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster.Selection;
using Pipeline.Sandbox.Cluster.Writing;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Answers requests that change objects.</summary>
internal sealed class WriteRequests(ClusterStore store, ObjectWriter writer)
{
    private readonly PatchRequests patches = new(store, writer);

    // Whoever puts one of these where none is makes it.
    private static readonly HashSet<ResourceKind> MadeByPut =
    [
        ResourceKind.Leases, ResourceKind.Endpoints, ResourceKind.Events,
        ResourceKind.Roles, ResourceKind.RoleBindings, ResourceKind.ClusterRoles, ResourceKind.ClusterRoleBindings,
    ];

    public async Task AnswerAsync(ApiRequest request)
    {
        switch (request.Verb)
        {
            case "create" when request.Path.Subresource == "eviction":
                Evict(request);
                await request.Http.SendAsync(201, Success(request, null));
                break;
            case "create" when request.Name.Length == 0:
                await request.Http.SendAsync(201, Create(request, await BodyAsync(request)).Json);
                break;
            case "update":
                await UpdateAsync(request);
                break;
            case "patch":
                await patches.AnswerAsync(request);
                break;
            case "delete":
                await DeleteAsync(request);
                break;
            case "deletecollection":
                await DeleteAllAsync(request);
                break;
            default:
                throw ApiException.MethodNotAllowed();
        }
    }

    private static async Task<JsonObject> BodyAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, request.Aborted);
        ObjectIdentity.Check(request, body);
        FieldValidation.Apply(request, body);
        return body;
    }

    private StoredObject Create(ApiRequest request, JsonObject body)
    {
        if (request.Kind.IsNamespaced && request.Namespace is null)
            throw ApiException.MethodNotAllowed();
        if (body.Text("metadata", "resourceVersion") is { Length: > 0 })
            throw ApiException.BadRequest("resourceVersion should not be set on objects to be created");
        return writer.Create(request.Kind, request.Namespace, body, request.WriteOptions());
    }

    private async Task UpdateAsync(ApiRequest request)
    {
        var body = request.Path.Subresource == "scale"
            ? await RequestBody.ReadObjectAsync(request.Http.Request, request.Aborted)
            : await BodyAsync(request);
        if (store.Find(request.Kind, request.Namespace, request.Name) is not { } before)
        {
            if (!MadeByPut.Contains(request.Kind))
                throw ApiException.NotFound(request.Kind, request.Name);
            await request.Http.SendAsync(201, Create(request, body).Json);
            return;
        }

        var version = body.Text("metadata", "resourceVersion");
        if (version is { Length: > 0 } && version != $"{before.Version}")
            throw ApiException.Conflict(before.Kind, before.Name);
        if (version is not { Length: > 0 } && (request.Served.IsCustom || request.Kind == ResourceKind.Leases))
            throw new ApiException(
                HttpStatusCode.UnprocessableEntity, "Invalid", $"{request.Kind.QualifiedName} \"{request.Name}\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update");
        if (request.Path.Subresource == "scale")
        {
            await request.Http.SendAsync(200, ScaleView.Of(patches.Scale(before, body, request)));
            return;
        }

        await request.Http.SendAsync(200, writer.Replace(before, body, request.WriteOptions()).Json);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        var options = await DeletionAsync(request);
        while (true)
        {
            var before = store.Find(request.Kind, request.Namespace, request.Name) ?? throw ApiException.NotFound(request.Kind, request.Name);
            try
            {
                var (last, isGone) = writer.Delete(before, options);
                // Of pods and of what stays for a while the client gets the object itself.
                if (isGone && request.Kind != ResourceKind.Pods)
                    await request.Http.SendAsync(200, Success(request, last));
                else
                    await request.Http.SendAsync(200, last.Json);
                return;
            }
            catch (ApiException e) when (e.Reason == "Conflict" && options.ResourceVersion is null && options.Uid is null)
            {
                // It changed in between; a deletion without preconditions means it as it is now.
            }
        }
    }

    private async Task DeleteAllAsync(ApiRequest request)
    {
        var options = await DeletionAsync(request);
        var labels = LabelSelector.Parse(request.Query("labelSelector"));
        var fields = FieldSelector.Parse(request.Query("fieldSelector"), request.Kind);
        var (all, version) = store.List(request.Kind, request.Namespace);
        var deleted = new JsonArray();
        foreach (var stored in all.Where(o => labels.Matches(o) && fields.Matches(o)))
            if (store.Find(request.Kind, request.Namespace ?? stored.Namespace, stored.Name) is { } now)
                deleted.Add(writer.Delete(now, options).Last.Content.DeepClone());
        await request.Http.SendAsync(200, new JsonObject
        {
            ["kind"] = $"{request.Kind.Kind}List",
            ["apiVersion"] = request.Kind.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}" },
            ["items"] = deleted,
        });
    }

    private void Evict(ApiRequest request)
    {
        var pod = store.Find(request.Kind, request.Namespace, request.Name) ?? throw ApiException.NotFound(request.Kind, request.Name);
        foreach (var budget in store.List(ResourceKind.PodDisruptionBudgets, request.Namespace).Items)
            if ((budget.Content.At("spec", "selector", "matchLabels") ?? []).All(l => pod.Content.At("metadata", "labels").Text(l.Key) == l.Value?.ToString())
                && budget.Content.At("status") is not null && budget.Content.Number("status", "disruptionsAllowed") < 1)
                throw new ApiException(HttpStatusCode.TooManyRequests, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
        writer.Delete(pod, new DeleteOptions(IsDryRun: request.IsDryRun));
    }

    // The options stand in the query, in the body, or nowhere.
    private static async Task<DeleteOptions> DeletionAsync(ApiRequest request)
    {
        var body = request.Http.Request.ContentLength > 0 || request.Http.Request.Headers.TransferEncoding.Count > 0
            ? await RequestBody.ReadObjectAsync(request.Http.Request, request.Aborted)
            : [];
        var isOrphan = request.Flag("orphanDependents") || body.Text("orphanDependents") == "true";
        return new DeleteOptions(
            request.Query("propagationPolicy") ?? body.Text("propagationPolicy") ?? (isOrphan ? "Orphan" : null),
            request.Number("gracePeriodSeconds") ?? (body.ContainsKey("gracePeriodSeconds") ? body.Number("gracePeriodSeconds") : null),
            body.Text("preconditions", "uid"),
            body.Text("preconditions", "resourceVersion"),
            request.IsDryRun || (body["dryRun"] is JsonArray { Count: > 0 }));
    }

    private static JsonObject Success(ApiRequest request, StoredObject? deleted)
    {
        var details = new JsonObject { ["name"] = request.Name };
        if (request.Kind.Group.Length > 0)
            details["group"] = request.Kind.Group;
        details["kind"] = request.Kind.Plural;
        if (deleted?.Content.Text("metadata", "uid") is { } uid)
            details["uid"] = uid;
        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["details"] = details };
    }
}

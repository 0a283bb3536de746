using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster.Apply;
using Pipeline.Sandbox.Cluster.Patches;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Answers the four kinds of patches.</summary>
internal sealed class PatchRequests(ClusterStore store, ObjectWriter writer)
{
    private const string JsonType = "application/json-patch+json";
    private const string MergeType = "application/merge-patch+json";
    private const string StrategicType = "application/strategic-merge-patch+json";
    private const string ApplyType = "application/apply-patch+yaml";
    private const int Attempts = 5;

    public async Task AnswerAsync(ApiRequest request)
    {
        var type = request.Http.Request.ContentType?.Split(';')[0] ?? "";
        var supported = request.Served.IsCustom ? [JsonType, MergeType, ApplyType] : (string[])[JsonType, MergeType, StrategicType, ApplyType];
        if (!supported.Contains(type))
            throw new ApiException(
                HttpStatusCode.UnsupportedMediaType, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", supported)}");
        var patch = await RequestBody.ReadAsync(request.Http.Request, request.Aborted);
        if (type == ApplyType)
            await ApplyAsync(request, patch as JsonObject ?? throw ApiException.BadRequest("the configuration to apply is no object"));
        else if (request.Path.Subresource == "scale")
            await request.Http.SendAsync(200, ScaleView.Of(Repeat(request, before => Scale(before, Patched(ScaleView.Of(before), patch, type), request))));
        else
            await request.Http.SendAsync(200, Repeat(request, before => Patch(before, patch, type, request)).Json);
    }

    /// <summary>Changes how many replicas there are.</summary>
    /// <param name="before">The workload.</param>
    /// <param name="scale">Its <c>Scale</c> as wanted.</param>
    /// <param name="request">The request.</param>
    public StoredObject Scale(StoredObject before, JsonObject scale, ApiRequest request)
    {
        var content = (JsonObject)before.Content.DeepClone();
        content["spec"]!["replicas"] = scale.Number("spec", "replicas");
        return writer.Replace(before, content, request.WriteOptions("scale"));
    }

    private StoredObject Patch(StoredObject before, JsonNode patch, string type, ApiRequest request)
    {
        var content = Patched((JsonObject)before.Content.DeepClone(), patch, type);
        FieldValidation.Apply(request, content);
        if (content.Text("metadata", "resourceVersion") != $"{before.Version}")
            throw ApiException.Conflict(before.Kind, before.Name);
        if (content.Text("metadata", "name") != before.Name)
            throw ApiException.BadRequest($"the name of the object ({content.Text("metadata", "name")}) does not match the name on the URL ({before.Name})");
        return writer.Replace(before, content, request.WriteOptions());
    }

    private static JsonObject Patched(JsonObject content, JsonNode patch, string type)
    {
        if (type == JsonType)
            new JsonPatch(content).Apply(patch as JsonArray ?? throw ApiException.BadRequest("a JSON patch is a list of operations"));
        else if (type == MergeType)
            JsonMergePatch.Apply(content, Map(patch));
        else
            StrategicMergePatch.Apply(content, Map(patch));
        return content;
    }

    private static JsonObject Map(JsonNode patch) => patch as JsonObject ?? throw ApiException.BadRequest("the patch is no object");

    // A patch means the newest version; only one that names a version itself can be too late.
    private StoredObject Repeat(ApiRequest request, Func<StoredObject, StoredObject> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = store.Find(request.Kind, request.Namespace, request.Name) ?? throw ApiException.NotFound(request.Kind, request.Name);
            try
            {
                return write(before);
            }
            catch (ApiException e) when (e.Reason == "Conflict" && attempt < Attempts && store.Find(request.Kind, request.Namespace, request.Name)?.Version != before.Version)
            {
                // Changed in between.
            }
        }
    }

    private async Task ApplyAsync(ApiRequest request, JsonObject wanted)
    {
        if (request.Query("fieldManager") is not { } name)
            throw new ApiException(HttpStatusCode.UnprocessableEntity, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        if (wanted.At("metadata")?["managedFields"] is JsonArray { Count: > 0 })
            throw ApiException.BadRequest("metadata.managedFields must be nil");
        ObjectIdentity.Check(request, wanted);
        var version = wanted.Text("metadata", "resourceVersion");
        FieldValidation.RequireDeclared(request, wanted);
        AppliedConfiguration.Clean(wanted, request);
        var manager = new Manager(name, IsApply: true, request.Kind.ApiVersion, request.Path.Subresource);
        var apply = new ServerSideApply(request.Served.IsCustom);
        if (store.Find(request.Kind, request.Namespace, request.Name) is null && request.Path.Subresource.Length == 0)
        {
            var made = apply.Apply(null, wanted, manager, force: false, writer.Now());
            await request.Http.SendAsync(201, writer.Create(request.Kind, request.Namespace, made, request.WriteOptions(isApply: true)).Json);
            return;
        }

        var stored = Repeat(request, before =>
        {
            if (version is { Length: > 0 } && version != $"{before.Version}")
                throw ApiException.Conflict(before.Kind, before.Name);
            return writer.Replace(before, apply.Apply(before.Content, wanted, manager, request.Flag("force"), writer.Now()), request.WriteOptions(isApply: true));
        });
        await request.Http.SendAsync(200, stored.Json);
    }
}

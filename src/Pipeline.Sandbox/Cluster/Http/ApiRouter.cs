using System.Net;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Cluster.Access;
using Pipeline.Sandbox.Cluster.Kinds;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Takes each request to what answers it.</summary>
internal sealed class ApiRouter(ClusterServerOptions options, AccessTokens tokens)
{
    private readonly KindCatalog catalog = new(options.Store);
    private readonly Authorizer authorizer = new(options.Store);
    private readonly Authentication authentication = new(tokens);
    private readonly RequestFaults faults = new(options.Faults, options.Time);
    private readonly Metrics metrics = new(options);
    private readonly ObjectLists lists = new(options.Store, options.Time);
    private readonly WatchStream watches = new(options);
    private readonly WriteRequests writes = new(options.Store, options.Writer);
    private readonly PodLogStream logs = new(options);
    private readonly PodProxy proxy = new(options.Store);

    public async Task AnswerAsync(HttpContext http)
    {
        try
        {
            await RouteAsync(http);
        }
        catch (ApiException e) when (!http.Response.HasStarted)
        {
            await http.SendAsync(e);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidCastException or FormatException or ArgumentException or ArithmeticException
            && !http.Response.HasStarted)
        {
            // An object of another shape than its kind's, which the real server finds out while it decodes.
            await http.SendAsync(ApiException.BadRequest($"the object provided is unrecognized (must be of type {http.Request.Path}): {e.Message}"));
        }
    }

    private async Task RouteAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        if (path is "/readyz" or "/livez" or "/healthz")
        {
            await http.SendTextAsync(200, "ok");
            return;
        }

        await faults.StrikeAsync(http);
        var user = authentication.UserOf(http, authorizer);
        if (user == User.Anonymous && path != "/version" && ResourcePath.Parse(path) is null)
            throw new ApiException(HttpStatusCode.Forbidden, "Forbidden", $"forbidden: User \"{user.Name}\" cannot get path \"{path}\"");
        if ((new Discovery(catalog).Find(path) ?? new OpenApi(catalog).Find(path)) is { } document)
            await http.SendAsync(200, document);
        else
            await RouteAsync(http, user, ResourcePath.Parse(path) ?? throw ApiException.UnknownPath());
    }

    private async Task RouteAsync(HttpContext http, User user, ResourcePath path)
    {
        bool IsMeant(ResourceKind kind) => kind.Group == path.Group && kind.Version == path.Version && kind.Plural == path.Plural;
        if (Reviews.Kinds.FirstOrDefault(IsMeant) is { } review)
        {
            authorizer.Require(user, new AccessRequest("create", path.Group, path.Plural, "", "", ""));
            await http.SendAsync(201, new Reviews(authorizer).Answer(review, await RequestBody.ReadObjectAsync(http.Request, http.RequestAborted), user));
            return;
        }

        var measured = Metrics.Kinds.FirstOrDefault(IsMeant);
        var served = measured is not null ? new ServedKind(measured, [], []) : catalog.Find(path.Group, path.Version, path.Plural);
        var request = new ApiRequest(http, user, served ?? throw ApiException.UnknownPath(), path);
        if (path.Subresource.Length > 0 && !served.Has(path.Subresource))
            throw ApiException.UnknownPath();
        // A namespace is in itself.
        var space = path.Plural == "namespaces" && path.Group.Length == 0 ? path.Name : path.Namespace;
        authorizer.Require(user, new AccessRequest(request.Verb, path.Group, path.Plural, path.Subresource, space, NameOf(request)));
        if (measured is not null)
            await http.SendAsync(200, metrics.Answer(measured, path, request.Query("labelSelector")));
        else
            await AnswerAsync(request);
    }

    // A watch or list of one object by its name is judged like a get of it.
    private static string NameOf(ApiRequest request)
    {
        const string ByName = "metadata.name=";
        return request.Name.Length == 0 && request.Query("fieldSelector") is { } fields && fields.StartsWith(ByName, StringComparison.Ordinal)
            ? fields[ByName.Length..]
            : request.Name;
    }

    private Task AnswerAsync(ApiRequest request) => request.Verb switch
    {
        "get" when request.Path.Subresource == "log" => logs.SendAsync(request),
        _ when request.Path.Subresource == "proxy" => proxy.SendAsync(request),
        "get" when request.Path.Subresource == "scale" => request.Http.SendAsync(200, ScaleView.Of(Find(request))),
        "get" => GetAsync(request),
        "list" => lists.SendAsync(request),
        "watch" => watches.SendAsync(request),
        _ => writes.AnswerAsync(request),
    };

    private Task GetAsync(ApiRequest request)
    {
        var found = Find(request);
        return request.WantsTable
            ? request.Http.SendAsync(200, Tables.Table.Of(request.Kind, [found], ObjectLists.Metadata(found.Version), request.Query("includeObject"), options.Time.GetUtcNow()))
            : request.Http.SendAsync(200, found.Json);
    }

    private StoredObject Find(ApiRequest request) =>
        options.Store.Find(request.Kind, request.Namespace, request.Name) ?? throw ApiException.NotFound(request.Kind, request.Name);
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>Finds out what a request to the engine is about, and hands it on.</summary>
internal sealed partial class EngineApi
{
    private readonly EngineOptions options;
    private readonly SystemEndpoint system;
    private readonly ImageEndpoint images;
    private readonly TransferEndpoint transfers;
    private readonly BuildEndpoint builds;

    public EngineApi(EngineOptions options)
    {
        this.options = options;
        var (store, layers) = (new ImageStore(options.Folder), new LayerStore(options.Folder));
        var pull = new ImagePull(store, layers);
        system = new SystemEndpoint(store, options.Time);
        images = new ImageEndpoint(store, layers);
        transfers = new TransferEndpoint(store, pull, new ImagePush(layers, options.Time));
        builds = new BuildEndpoint(store, new BaseImages(store, layers, pull, options.Registry), new LayerWriter(layers, options.Faults));
    }

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        if (options.Faults.Find("engine-down") is not null)
        {
            http.Abort();
            return;
        }

        SystemEndpoint.Introduce(http.Response);
        var messages = new MessageStream(http.Response);
        try
        {
            await RouteAsync(http, messages);
        }
        catch (EngineException e) when (messages.HasBegun)
        {
            await messages.ErrorAsync(e.Message, http.RequestAborted);
        }
        catch (EngineException e)
        {
            http.Response.StatusCode = e.Status;
            await http.Response.WriteJsonAsync(new JsonObject { ["message"] = e.Message }, "application/json", http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away: nobody reads an answer.
        }
    }

    // /v1.47/images/127.0.0.1:5000/team/api:1.4.2/json   /_ping
    [GeneratedRegex(@"\A(/v(?<version>\d+\.\d+))?(?<path>/.*)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Route();

    // /images/team/api:1.4.2/push
    [GeneratedRegex(@"\A/images/(?<name>.+)/(?<what>json|history|tag|push)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Image();

    // /containers/api:1.4.2/json
    [GeneratedRegex(@"\A/containers/(?<name>.+)/json\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Container();

    private Task RouteAsync(HttpContext http, MessageStream messages)
    {
        var route = Route().Match(http.Request.Path.Value ?? "/");
        SystemEndpoint.Check(route.Groups["version"].Value);
        var (method, path) = (http.Request.Method, route.Groups["path"].Value);
        return (method, path) switch
        {
            ("GET" or "HEAD", "/_ping") => SystemEndpoint.PingAsync(http),
            ("GET", "/version") => SystemEndpoint.VersionAsync(http),
            ("GET", "/info") => system.InfoAsync(http),
            ("POST", "/auth") => SystemEndpoint.LoginAsync(http),
            ("POST", "/build") => builds.BuildAsync(http, messages),
            ("GET", "/images/json") => images.ListAsync(http),
            ("POST", "/images/create") => transfers.PullAsync(http, messages),
            ("GET", "/containers/json") => Empty(http, new JsonArray()),
            ("GET", "/volumes") => Empty(http, new JsonObject { ["Volumes"] = new JsonArray(), ["Warnings"] = null }),
            ("GET", "/networks") => Empty(http, new JsonArray()),
            ("GET", _) when path.StartsWith("/distribution/", StringComparison.Ordinal) && path.EndsWith("/json", StringComparison.Ordinal) =>
                TransferEndpoint.InspectRemoteAsync(http, path["/distribution/".Length..^"/json".Length]),
            (_, _) when Image().Match(path) is { Success: true } match => ImageAsync(http, messages, match.Groups["name"].Value, match.Groups["what"].Value),
            ("DELETE", _) when path.StartsWith("/images/", StringComparison.Ordinal) => images.RemoveAsync(http, path["/images/".Length..]),
            // Whoever inspects a name asks for a container first, and goes on to images where there is none.
            ("GET", _) when Container().Match(path) is { Success: true } match => throw new EngineException(404, $"No such container: {match.Groups["name"].Value}"),
            _ when path.StartsWith("/containers/", StringComparison.Ordinal) || path.StartsWith("/exec/", StringComparison.Ordinal) =>
                throw new EngineException(501, "this engine builds and keeps images; it runs no containers"),
            _ => throw new EngineException(404, "page not found"),
        };
    }

    private Task ImageAsync(HttpContext http, MessageStream messages, string name, string what) => (http.Request.Method, what) switch
    {
        ("GET", "json") => images.InspectAsync(http, name),
        ("GET", "history") => images.HistoryAsync(http, name),
        ("POST", "tag") => images.TagAsync(http, name),
        ("POST", "push") => transfers.PushAsync(http, messages, name),
        _ => throw new EngineException(404, "page not found"),
    };

    private static Task Empty(HttpContext http, JsonNode nothing) => http.Response.WriteJsonAsync(nothing, "application/json", http.RequestAborted);
}

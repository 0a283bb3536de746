using System.Text.Json.Nodes;
using Pipeline.Sandbox.Cluster.Access;
using Pipeline.Sandbox.Cluster.Http;

namespace Pipeline.Sandbox.Cluster;

/// <summary>The sandbox's Kubernetes API server, on loopback.</summary>
internal sealed class ClusterServer : IAsyncDisposable
{
    private readonly LoopbackServer server;
    private readonly AccessTokens tokens;

    private ClusterServer(LoopbackServer server, AccessTokens tokens) => (this.server, this.tokens) = (server, tokens);

    /// <summary>As in <c>http://127.0.0.1:41235</c>.</summary>
    public string Address => server.Address;

    /// <summary>Starts a server and makes what every cluster has from the start.</summary>
    public static async Task<ClusterServer> StartAsync(ClusterServerOptions options, CancellationToken cancellation)
    {
        FirstObjects.Make(options.Store, options.Writer);
        var tokens = await AccessTokens.LoadAsync(options.Folder, cancellation);
        var router = new ApiRouter(options, tokens);
        return new ClusterServer(await LoopbackServer.StartAsync(options.Port, router.AnswerAsync, cancellation), tokens);
    }

    /// <summary>A kubeconfig with the contexts <c>sandbox</c>, who may do everything, and <c>deployer</c>, who may do what Roles give.</summary>
    /// <param name="space">The namespace of both contexts.</param>
    /// <param name="current">The current context; none by default, so that no command hits the sandbox by accident.</param>
    public string Kubeconfig(string space = "default", string? current = null)
    {
        string[] contexts = [AccessTokens.Admin, AccessTokens.Deployer];
        var file = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["current-context"] = current ?? "",
            ["clusters"] = new JsonArray(new JsonObject { ["name"] = "sandbox", ["cluster"] = new JsonObject { ["server"] = Address } }),
            ["users"] = new JsonArray([.. contexts.Select(c => new JsonObject { ["name"] = c, ["user"] = new JsonObject { ["token"] = tokens.Of(c) } })]),
            ["contexts"] = new JsonArray([.. contexts.Select(c => new JsonObject { ["name"] = c, ["context"] = Context(c, space) })]),
        };
        // JSON is YAML, and needs no writer of its own.
        return file.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static JsonObject Context(string user, string space) => new() { ["cluster"] = "sandbox", ["user"] = user, ["namespace"] = space };
}

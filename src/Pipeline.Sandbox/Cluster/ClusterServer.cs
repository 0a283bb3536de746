using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Cluster.Access;
using Pipeline.Sandbox.Cluster.Http;

namespace Pipeline.Sandbox.Cluster;

/// <summary>The sandbox's Kubernetes API server, on loopback.</summary>
internal sealed class ClusterServer : IAsyncDisposable
{
    private readonly LoopbackServer plain;
    private readonly LoopbackServer secure;
    private readonly AccessTokens tokens;
    private readonly X509Certificate2 certificate;

    private ClusterServer(LoopbackServer plain, LoopbackServer secure, AccessTokens tokens, X509Certificate2 certificate) =>
        (this.plain, this.secure, this.tokens, this.certificate) = (plain, secure, tokens, certificate);

    /// <summary>As in <c>http://127.0.0.1:41235</c>: for health checks and for clients that know a token.</summary>
    public string Address => plain.Address;

    /// <summary>Starts a server and makes what every cluster has from the start.</summary>
    public static async Task<ClusterServer> StartAsync(ClusterServerOptions options, CancellationToken cancellation)
    {
        FirstObjects.Make(options.Store, options.Writer);
        var tokens = await AccessTokens.LoadAsync(options.Folder, cancellation);
        var certificate = await ServerCertificate.LoadAsync(options.Folder, options.Time, cancellation);
        var router = new ApiRouter(options, tokens);
        // kubectl sends no token over plain HTTP.
        var secure = await LoopbackServer.StartAsync(options.Door, router.AnswerAsync, cancellation, certificate);
        try
        {
            return new ClusterServer(await LoopbackServer.StartAsync(options.Door with { Port = 0 }, router.AnswerAsync, cancellation), secure, tokens, certificate);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    /// <summary>A kubeconfig with the contexts <c>sandbox</c>, who may do everything, and <c>deployer</c>, who may do what Roles give.</summary>
    /// <param name="space">The namespace of both contexts.</param>
    /// <param name="current">The current context; none by default, so that no command hits the sandbox by accident.</param>
    public string Kubeconfig(string space = "default", string? current = null)
    {
        string[] contexts = [AccessTokens.Admin, AccessTokens.Deployer];
        var authority = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        var cluster = new JsonObject { ["server"] = secure.Address, ["certificate-authority-data"] = authority };
        var file = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["current-context"] = current ?? "",
            ["clusters"] = new JsonArray(new JsonObject { ["name"] = "sandbox", ["cluster"] = cluster }),
            ["users"] = new JsonArray([.. contexts.Select(c => new JsonObject { ["name"] = c, ["user"] = new JsonObject { ["token"] = tokens.Of(c) } })]),
            ["contexts"] = new JsonArray([.. contexts.Select(c => new JsonObject { ["name"] = c, ["context"] = Context(c, space) })]),
        };
        // JSON is YAML, and needs no writer of its own.
        return file.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(plain.DisposeAsync().AsTask(), secure.DisposeAsync().AsTask());
        certificate.Dispose();
    }

    private static JsonObject Context(string user, string space) => new() { ["cluster"] = "sandbox", ["user"] = user, ["namespace"] = space };
}

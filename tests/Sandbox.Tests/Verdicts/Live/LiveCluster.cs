using System.Text.Json.Nodes;
using CliWrap;
using CliWrap.Buffered;
using Pipeline.Cluster;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>A namespace of the test bed, made for one situation and removed after it.</summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    private readonly string space = $"verdict-{Guid.NewGuid().ToString("N")[..8]}";

    private LiveCluster() => Connection = ClusterConnection.Open(
        new ClusterOptions { KubeConfig = Environment.GetEnvironmentVariable("KUBECONFIG"), KubeContext = "testbed", KubeNamespace = space });

    /// <summary>True where the environment says that there is a test bed.</summary>
    public static bool IsThere => Environment.GetEnvironmentVariable("TESTBED") == "1";

    /// <summary>Requests in the namespace.</summary>
    public ClusterConnection Connection { get; }

    /// <summary>Makes the namespace; pods can be created in it.</summary>
    public static async Task<LiveCluster> StartAsync(CancellationToken cancellation)
    {
        var cluster = new LiveCluster();
        await cluster.Connection.CreateAsync(Resource.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = cluster.space } }, cancellation);
        while (!await cluster.HasAccountAsync(cancellation))
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        return cluster;
    }

    /// <summary>Runs kubectl in the namespace; it must succeed.</summary>
    public async Task KubectlAsync(IEnumerable<string> arguments, JsonObject? given, CancellationToken cancellation) =>
        await Cli.Wrap("kubectl").WithArguments(["--context", "testbed", "--namespace", space, .. arguments])
            .WithStandardInputPipe(given is null ? PipeSource.Null : PipeSource.FromString(given.ToJsonString())).ExecuteBufferedAsync(cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Connection.DeleteAsync(Resource.Namespaces, space, CancellationToken.None);
        Connection.Dispose();
    }

    // Until a controller has given the namespace its account, pods are refused.
    private async Task<bool> HasAccountAsync(CancellationToken cancellation) =>
        await Connection.FindAsync(new Resource("v1", "ServiceAccount", "serviceaccounts"), "default", cancellation) is not null;
}

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CliWrap;
using CliWrap.Buffered;

namespace Pipeline.Benchmarks;

/// <summary>One of the API servers that are compared, with a namespace of its own full of pods that run nowhere.</summary>
internal sealed class ClusterPeer : IAsyncDisposable
{
    public const int Pods = 2000;
    private const string Space = "/api/v1/namespaces/pipeline-benchmark";
    private readonly HttpClient client;

    private ClusterPeer(HttpClient client) => this.client = client;

    /// <summary>Connects and makes the pods.</summary>
    /// <param name="kubeconfig">The kubeconfig.</param>
    /// <param name="context">A context of it with an administrator's rights.</param>
    public static async Task<ClusterPeer> StartAsync(string kubeconfig, string context)
    {
        var shown = await Cli.Wrap("kubectl").WithArguments(["--kubeconfig", kubeconfig, "--context", context, "config", "view", "--raw", "--flatten", "--minify", "--output", "json"])
            .ExecuteBufferedAsync();
        var config = JsonNode.Parse(shown.StandardOutput)!;
        var (cluster, user) = (config["clusters"]![0]!["cluster"]!, config["users"]![0]!["user"]!);
        var authority = X509CertificateLoader.LoadCertificate(Convert.FromBase64String((string)cluster["certificate-authority-data"]!));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        if (user["client-certificate-data"] is { } certificate)
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPem(Text(certificate), Text(user["client-key-data"]!))];
        var client = new HttpClient(handler) { BaseAddress = new Uri((string)cluster["server"]!), Timeout = Timeout.InfiniteTimeSpan };
        if (user["token"] is { } token)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)token!);
        var peer = new ClusterPeer(client);
        await peer.FillAsync();
        return peer;
    }

    /// <summary>All pods at once.</summary>
    public async Task ListAsync() => Expect(Pods, await CountAsync("pods"));

    /// <summary>All pods in pages of 500, as client-go's pagers and kubectl ask.</summary>
    public async Task PageAsync()
    {
        var (count, next) = (0, "");
        do
        {
            var page = JsonNode.Parse(await client.GetByteArrayAsync($"{Space}/pods?limit=500&continue={next}"))!;
            count += ((JsonArray)page["items"]!).Count;
            next = Uri.EscapeDataString((string?)page["metadata"]!["continue"] ?? "");
        }
        while (next.Length > 0);
        Expect(Pods, count);
    }

    /// <summary>The tenth of the pods with a label.</summary>
    public async Task SelectAsync() => Expect(Pods / 10, await CountAsync("pods?labelSelector=tenth%3D3"));

    /// <summary>A watch that begins with everything there is, until it told all of it.</summary>
    public async Task WatchAllAsync()
    {
        using var lines = await WatchAsync("resourceVersion=0");
        for (var count = 0; count < Pods; count++)
            _ = await lines.ReadLineAsync() ?? throw new InvalidOperationException("the watch ended early");
    }

    /// <summary>From a change to the line of a watch that tells it.</summary>
    public async Task SeeChangeAsync()
    {
        var version = (string)JsonNode.Parse(await client.GetByteArrayAsync($"{Space}/pods?limit=1"))!["metadata"]!["resourceVersion"]!;
        using var lines = await WatchAsync($"resourceVersion={version}");
        using var patch = new StringContent($"{{\"metadata\":{{\"labels\":{{\"changed\":\"v{version}\"}}}}}}", Encoding.UTF8, "application/merge-patch+json");
        (await client.PatchAsync(new Uri($"{Space}/pods/pod-0", UriKind.Relative), patch)).EnsureSuccessStatusCode();
        _ = await lines.ReadLineAsync() ?? throw new InvalidOperationException("the watch ended early");
    }

    public async ValueTask DisposeAsync()
    {
        await client.DeleteAsync(new Uri($"{Space}/pods?gracePeriodSeconds=0", UriKind.Relative));
        await client.DeleteAsync(new Uri(Space, UriKind.Relative));
        client.Dispose();
    }

    private async Task FillAsync()
    {
        (await client.PostAsJsonAsync("/api/v1/namespaces", new { metadata = new { name = "pipeline-benchmark" } })).EnsureSuccessStatusCode();
        // The real server refuses pods until a controller has given the namespace its account.
        while (!(await client.GetAsync(new Uri($"{Space}/serviceaccounts/default", UriKind.Relative))).IsSuccessStatusCode)
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        await Parallel.ForAsync(0, Pods, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, stop) =>
        {
            using var answer = await client.PostAsJsonAsync($"{Space}/pods", Pod(i), stop);
            Expect(201, (int)answer.StatusCode);
        });
    }

    private static object Pod(int number) => new
    {
        metadata = new { name = $"pod-{number}", labels = new Dictionary<string, string> { ["app"] = "benchmark", ["tenth"] = $"{number % 10}" } },
        spec = new
        {
            schedulerName = "none",
            automountServiceAccountToken = false,
            containers = new[] { new { name = "api", image = "example.invalid/api:1", ports = new[] { new { containerPort = 8080 } }, env = new[] { new { name = "LOG_LEVEL", value = "info" } } } },
        },
    };

    private async Task<int> CountAsync(string path)
    {
        // The answer is read as bytes: what parsing costs is the client's, and the same for both.
        var body = await client.GetByteArrayAsync($"{Space}/{path}");
        return body.AsSpan().Count("\"name\":\"pod-"u8);
    }

    private async Task<StreamReader> WatchAsync(string query) => new(await client.GetStreamAsync($"{Space}/pods?watch=true&{query}"));

    private static string Text(JsonNode encoded) => Encoding.ASCII.GetString(Convert.FromBase64String((string)encoded!));

    private static void Expect(int expected, int found)
    {
        if (found != expected)
            throw new InvalidOperationException($"{found} where {expected} were expected");
    }
}

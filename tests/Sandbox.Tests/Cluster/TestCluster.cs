using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Faults;

namespace Sandbox.Tests.Cluster;

/// <summary>An API server on loopback with nobody else in its cluster, and plain requests to it.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-").FullName;
    private readonly HttpClient http = new();
    private ClusterServer server = null!;

    internal ClusterStore Store { get; private set; } = null!;

    internal ObjectWriter Writer { get; private set; } = null!;

    internal FaultSwitch Faults { get; } = new();

    /// <summary>The server's plain address.</summary>
    public string Address => server.Address;

    /// <summary>The file of both contexts.</summary>
    public string Kubeconfig => Path.Combine(folder, "kubeconfig");

    internal static async Task<TestCluster> StartAsync(TimeProvider? time = null, PodLogSource? logs = null, PodUsageSource? usage = null)
    {
        var cluster = new TestCluster();
        cluster.Store = new ClusterStore(Path.Combine(cluster.folder, "objects"));
        cluster.Writer = new ObjectWriter(cluster.Store, time ?? TimeProvider.System, cluster.Faults);
        var options = new ClusterServerOptions { Store = cluster.Store, Writer = cluster.Writer, Folder = cluster.folder, Faults = cluster.Faults, Time = time ?? TimeProvider.System };
        options = options with { Logs = logs ?? options.Logs, Usage = usage ?? options.Usage };
        cluster.server = await ClusterServer.StartAsync(options, default);
        await File.WriteAllTextAsync(cluster.Kubeconfig, cluster.server.Kubeconfig());
        return cluster;
    }

    /// <summary>Sends a request as one of the kubeconfig's users.</summary>
    internal async Task<(HttpStatusCode Code, JsonObject Body)> SendAsync(HttpMethod method, string path, JsonNode? body = null, string type = "application/json", string user = "sandbox")
    {
        using var request = Request(method, path, user);
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, type);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.StartsWith('{') ? (JsonObject)JsonNode.Parse(text)! : new JsonObject { ["text"] = text });
    }

    internal Task<(HttpStatusCode Code, JsonObject Body)> GetAsync(string path, string user = "sandbox") => SendAsync(HttpMethod.Get, path, user: user);

    internal Task<(HttpStatusCode Code, JsonObject Body)> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>Opens an answer that goes on.</summary>
    internal async Task<StreamReader> OpenAsync(string path)
    {
        using var request = Request(HttpMethod.Get, path, "sandbox");
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string user)
    {
        var token = ((JsonObject)JsonNode.Parse(server.Kubeconfig())!).Items("users").First(u => u.Text("name") == user).Text("user", "token");
        var request = new HttpRequestMessage(method, server.Address + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }
}

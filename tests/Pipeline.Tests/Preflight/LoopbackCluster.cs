using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Cluster;

namespace Pipeline.Tests.Preflight;

/// <summary>A Kubernetes API that stores what it is given, checks resourceVersion, and knows one user's rights.</summary>
public sealed class LoopbackCluster : IAsyncLifetime
{
    public const string Uid = "11111111-2222-3333-4444-555555555555";
    private readonly WebApplication server;
    private readonly string kubeconfig = Path.Combine(Directory.CreateTempSubdirectory("pipeline-cluster-").FullName, "config");
    private int version;

    public LoopbackCluster()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.Run(AnswerAsync);
        Put("api/v1/namespaces/kube-system", new() { ["metadata"] = new JsonObject { ["name"] = "kube-system", ["uid"] = Uid } });
        Put("api/v1/namespaces/product", new() { ["metadata"] = new JsonObject { ["name"] = "product" }, ["status"] = new JsonObject { ["phase"] = "Active" } });
        Put("api/v1/namespaces/product/secrets/db-credentials", new() { ["metadata"] = new JsonObject { ["name"] = "db-credentials" } });
        PutNode("worker-1", ready: true);
    }

    /// <summary>By path without the leading slash.</summary>
    public ConcurrentDictionary<string, JsonObject> Objects { get; } = new();

    /// <summary>Rights that the user does not have, as in <c>create deployments.apps</c>.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>Paths that are answered with 403.</summary>
    public HashSet<string> Forbidden { get; } = [];

    /// <summary>Methods and paths in the order they came, access reviews left out.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public string GitVersion { get; set; } = "v1.31.2";

    /// <summary>Runs before a request is worked off; true when it was answered here.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = _ => Task.FromResult(false);

    /// <summary>Runs when a request was worked off and its answer is not sent yet.</summary>
    public Func<HttpContext, Task> BeforeAnswer { get; set; } = _ => Task.CompletedTask;

    /// <summary>Answers instead of this server when it returns true.</summary>
    public Func<HttpContext, JsonObject?, Task<bool>> Instead { get; set; } = (_, _) => Task.FromResult(false);

    public ClusterOptions Options => new() { KubeConfig = kubeconfig, KubeContext = "loopback", KubeNamespace = "product", ClusterUid = Uid };

    public void PutNode(string name, bool ready) => Put($"api/v1/nodes/{name}", new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready ? "True" : "False" }) },
    });

    public async Task InitializeAsync()
    {
        await server.StartAsync();
        await File.WriteAllTextAsync(kubeconfig, $$$"""
            clusters: [{name: loopback, cluster: {server: "{{{server.Urls.First()}}}"}}]
            users: [{name: loopback, user: {token: test}}]
            contexts: [{name: loopback, context: {cluster: loopback, user: loopback}}]
            """);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(kubeconfig)!, recursive: true);
    }

    /// <summary>Stores an object as somebody else's write would.</summary>
    public void Put(string path, JsonObject body)
    {
        (body["metadata"] as JsonObject)!["resourceVersion"] = $"{Interlocked.Increment(ref version)}";
        Objects[path] = body;
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!.Trim('/');
        if (!path.EndsWith("selfsubjectaccessreviews", StringComparison.Ordinal))
            Requests.Enqueue($"{http.Request.Method} {path}");
        if (await Before(http))
            return;
        var body = http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0
            ? await JsonNode.ParseAsync(http.Request.Body) as JsonObject
            : null;
        if (!Forbidden.Contains(path) && await Instead(http, body))
            return;
        var (status, answer) = Forbidden.Contains(path) ? (403, Status("Forbidden", $"no right to {path}")) : AnswerAlone(http.Request.Method, path, body, $"{http.Request.Query["labelSelector"]}", $"{http.Request.Query["fieldSelector"]}");
        await BeforeAnswer(http);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.ToJsonString());
    }

    // What a precondition was compared with must still be so when the change is stored.
    private (int Status, JsonObject Body) AnswerAlone(string method, string path, JsonObject? body, string labels, string fields)
    {
        lock (Objects)
            return Answer(method, path, body, labels, fields);
    }

    private (int Status, JsonObject Body) Answer(string method, string path, JsonObject? body, string labels, string fields) => (method, path) switch
    {
        (_, "version") => (200, new JsonObject { ["gitVersion"] = GitVersion }),
        ("POST", "apis/authorization.k8s.io/v1/selfsubjectaccessreviews") => (201, Review(body!)),
        ("POST", _) => Create($"{path}/{body!.Name()}", body!),
        ("PUT", _) => Replace(path, body!),
        ("PATCH", _) => Apply(path, body!),
        ("DELETE", _) => Objects.TryRemove(path, out var gone) ? (200, gone) : (404, Status("NotFound", $"{path} not found")),
        _ when Objects.TryGetValue(path, out var found) => (200, found),
        _ when path.Split('/')[^1] is "configmaps" or "nodes" or "deployments" or "replicasets" or "pods" or "events" or "jobs" or "leases" => (200, List(path, labels, fields)),
        _ => (404, Status("NotFound", $"{path} not found")),
    };

    private (int Status, JsonObject Body) Create(string path, JsonObject body)
    {
        if (Objects.ContainsKey(path))
            return (409, Status("AlreadyExists", $"{path} already exists"));
        Put(path, body);
        return (201, body);
    }

    private (int Status, JsonObject Body) Apply(string path, JsonObject body)
    {
        Put(path, body);
        return (200, body);
    }

    private (int Status, JsonObject Body) Replace(string path, JsonObject body)
    {
        if (!Objects.TryGetValue(path, out var stored))
            return (404, Status("NotFound", $"{path} not found"));
        if (body.Text("metadata", "resourceVersion") is { } expected && stored.Text("metadata", "resourceVersion") != expected)
            return (409, Status("Conflict", "the object has been modified"));
        Put(path, body);
        return (200, body);
    }

    private JsonObject List(string path, string labels, string fields)
    {
        var wanted = labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=')).ToList();
        var asked = fields.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('=')).ToList();
        var items = Objects.Where(o => o.Key.StartsWith(path + "/", StringComparison.Ordinal)).Select(o => o.Value.DeepClone() as JsonObject)
            .Where(o => wanted.TrueForAll(w => o.At("metadata", "labels").Text(w[0]) is { } value && (w.Length == 1 || value == w[1])) && asked.TrueForAll(f => o.Text(f[0].Split('.')) == f[1]));
        return new JsonObject { ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. items]) };
    }

    private JsonObject Review(JsonObject review)
    {
        var asked = review.At("spec", "resourceAttributes");
        var resource = asked.Text("resource") + (asked.Text("subresource") is { Length: > 0 } sub ? $"/{sub}" : "") + (asked.Text("group") is { Length: > 0 } group ? $".{group}" : "");
        return new JsonObject { ["status"] = new JsonObject { ["allowed"] = asked.Text("namespace") == "product" && !Denied.Contains($"{asked.Text("verb")} {resource}") } };
    }

    private static JsonObject Status(string reason, string message) => new() { ["kind"] = "Status", ["reason"] = reason, ["message"] = message };
}

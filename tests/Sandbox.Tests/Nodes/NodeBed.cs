using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Nodes;
using Pipeline.Sandbox.Registry;

namespace Sandbox.Tests.Nodes;

/// <summary>A whole runtime with one node and an image of the reference application.</summary>
internal sealed class NodeBed : IAsyncDisposable
{
    public const string Space = "space";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-").FullName;
    private readonly TimeProvider time;

    private NodeBed(TimeProvider time)
    {
        this.time = time;
        Store = new ClusterStore(Path.Combine(folder, "objects"));
        Writer = new ObjectWriter(Store, time);
    }

    public ClusterStore Store { get; private set; }

    public ObjectWriter Writer { get; private set; }

    public FaultSwitch Faults { get; } = new();

    public ClusterRuntime Runtime { get; private set; } = null!;

    public IReadOnlyList<NodeOptions> Nodes { get; set; } = [new()];

    /// <summary>What the registry has; what is not here is not found.</summary>
    public Dictionary<string, ContainerImage> Images { get; } = new() { ["registry/api:1"] = Image("1"), ["registry/api:2"] = Image("2"), ["busybox:1"] = Image("0") };

    public IReadOnlyList<JsonObject> Pods => [.. Store.List(ResourceKind.Pods, Space).Items.Select(p => p.Content)];

    public IEnumerable<string> Events => Store.List(ResourceKind.Events).Items.Select(e => $"{e.Content.Text("reason")}: {e.Content.Text("message")}");

    public static async Task<NodeBed> StartAsync(TimeProvider? time = null, IReadOnlyList<NodeOptions>? nodes = null, Action<NodeBed>? before = null)
    {
        var bed = new NodeBed(time ?? TimeProvider.System) { Nodes = nodes ?? [new()] };
        before?.Invoke(bed);
        await bed.RunAsync();
        return bed;
    }

    /// <summary>The process ends and another one begins on what was kept.</summary>
    public async Task RestartAsync()
    {
        await Runtime.DisposeAsync();
        Store = new ClusterStore(Path.Combine(folder, "objects"));
        Writer = new ObjectWriter(Store, time);
        await RunAsync();
    }

    public void CreatePod(string name, string container, string more = "") => Writer.Create(ResourceKind.Pods, Space, (JsonObject)JsonNode.Parse(
        $$$$$"""{"metadata":{"name":"{{{{{name}}}}}"},"spec":{"containers":[{"name":"main",{{{{{container}}}}}}]{{{{{more}}}}}}}""")!);

    public void CreateApi(int replicas, string image, string more = "") => Writer.Create(ResourceKind.Deployments, Space, (JsonObject)JsonNode.Parse($$$$$"""
        {"metadata":{"name":"api"},"spec":{"replicas":{{{{{replicas}}}}},"selector":{"matchLabels":{"app":"api"}},"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}},
         "template":{"metadata":{"labels":{"app":"api"}},"spec":{"terminationGracePeriodSeconds":10,"containers":[{"name":"api","image":"{{{{{image}}}}}",
          "ports":[{"name":"http","containerPort":8080}],"env":[{"name":"DATABASE_URL","value":"none"}],
          "startupProbe":{"httpGet":{"path":"/live","port":"http"},"periodSeconds":1,"failureThreshold":30},
          "readinessProbe":{"httpGet":{"path":"/health","port":"http"},"periodSeconds":1,"failureThreshold":2}{{{{{more}}}}}}]}}}}
        """)!);

    public JsonObject Pod(string name) => Store.Find(ResourceKind.Pods, Space, name)!.Content;

    public JsonObject? Waiting(string name) => Status(name).At("state", "waiting");

    public JsonObject? Status(string name) => Pod(name).Items("status", "containerStatuses").FirstOrDefault();

    public bool IsRolledOut(string image) => Store.Find(ResourceKind.Deployments, Space, "api")!.Content is var d
        && d.Number("status", "observedGeneration") == d.Number("metadata", "generation") && d.Number("status", "updatedReplicas") == d.Number("spec", "replicas")
        && d.Number("status", "availableReplicas") == d.Number("spec", "replicas") && d.Number("status", "replicas") == d.Number("spec", "replicas")
        && Pods.Where(p => p.IsActive()).All(p => p.Items("spec", "containers").First().Text("image") == image);

    /// <summary>Waits in real time until something is so.</summary>
    public async Task UntilAsync(Func<bool> isSo, Func<string>? saw = null, Action? eachTime = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            Assert.False(limit.IsCancellationRequested, $"it never became so: {(saw is null ? string.Join('\n', Pods.Select(p => p.ToJsonString())) : saw())}");
            eachTime?.Invoke();
            await Task.Delay(10);
        }
    }

    public async Task<List<string>> LogAsync(string pod, PodLogOptions? options = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        var lines = new List<string>();
        await foreach (var line in Runtime.Logs.ReadAsync(Pod(pod), null, options ?? new PodLogOptions(), limit.Token))
            lines.Add(line);
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        await Runtime.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task RunAsync() => Runtime = await ClusterRuntime.StartAsync(
        new ClusterRuntimeOptions { Store = Store, Writer = Writer, Folder = folder, PullImage = PullAsync, Time = time, Faults = Faults, Nodes = Nodes }, CancellationToken.None);

    private Task<ContainerImage> PullAsync(string reference, CancellationToken cancellation) =>
        Images.TryGetValue(reference, out var image) ? Task.FromResult(image) : throw new ImagePullException($"failed to resolve reference \"{reference}\": {reference}: not found");

    private static ContainerImage Image(string version) => new(
        $"sha256:{new string('a', 64)}", ["python3", "-m", "app"], new Dictionary<string, string> { ["APP_VERSION"] = version },
        new Dictionary<string, ReadOnlyMemory<byte>> { ["srv/app/main.py"] = Encoding.UTF8.GetBytes("app"), ["srv/alembic.ini"] = Encoding.UTF8.GetBytes("[alembic]") });
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Sandbox.Tests.Controllers;

/// <summary>Controllers whose every step a test takes itself, on pods that become what the test says.</summary>
internal sealed class ControllerBed : IDisposable
{
    public const string Space = "space";
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-").FullName;
    private readonly List<(Controller Controller, ResourceKind Kind)> controllers;

    public ControllerBed()
    {
        Store = new ClusterStore(folder);
        Writer = new ObjectWriter(Store, Time);
        controllers =
        [
            (new DeploymentController(Store, Writer, Time), ResourceKind.Deployments),
            (new ReplicaSetController(Store, Writer, Time), ResourceKind.ReplicaSets),
            (new JobController(Store, Writer, Time), ResourceKind.Jobs),
            (new EndpointsController(Store, Writer, Time), ResourceKind.Services),
            (new EventExpiry(Store, Writer, Time), ResourceKind.Events),
            .. OwnedKinds.All.Select(k => ((Controller)new GarbageCollector(Store, Writer, Time), k)),
            (new NamespaceController(Store, Writer, Time), ResourceKind.Namespaces),
        ];
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    public ClusterStore Store { get; }

    public ObjectWriter Writer { get; }

    public IReadOnlyList<JsonObject> Pods => [.. Store.List(ResourceKind.Pods, Space).Items.Select(p => p.Content).Where(p => p.IsActive())];

    public IReadOnlyList<JsonObject> Sets => [.. Store.List(ResourceKind.ReplicaSets, Space).Items.Select(s => s.Content).OrderBy(s => s.At("metadata", "annotations").Number(ReplicaSets.Revision))];

    public JsonObject Deployment => Store.Find(ResourceKind.Deployments, Space, "web")!.Content;

    public IReadOnlyList<string> Events => [.. Store.List(ResourceKind.Events, Space).Items.Select(e => $"{e.Content.Text("reason")}: {e.Content.Text("message")}")];

    public void Create(ResourceKind kind, string json) => Writer.Create(kind, Space, (JsonObject)JsonNode.Parse(json)!);

    public void CreateDeployment(int replicas, string more = "") => Create(ResourceKind.Deployments, $$$$$"""
        {"metadata":{"name":"web"},"spec":{"replicas":{{{{{replicas}}}}}{{{{{more}}}}},"selector":{"matchLabels":{"app":"web"}},
         "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"api","image":"one","ports":[{"name":"http","containerPort":8080}]}]}}}}
        """);

    public void SetImage(string image) => Writer.Update(ResourceKind.Deployments, Space, "web", d => d.At("spec", "template", "spec")!["containers"]![0]!["image"] = image);

    public void ChangeSpec(string field, JsonNode value) => Writer.Update(ResourceKind.Deployments, Space, "web", d => d.At("spec")![field] = value);

    /// <summary>Lets every controller look at everything until nothing changes any more.</summary>
    public void Settle()
    {
        for (long before = -1; before != Store.Version;)
        {
            before = Store.Version;
            foreach (var (controller, kind) in controllers)
                foreach (var item in Store.List(kind).Items)
                    Reconcile(controller, item);
        }
    }

    public void MakeReady(IEnumerable<JsonObject> pods)
    {
        foreach (var pod in pods.ToList())
            SetStatus(pod, """{"phase":"Running","podIP":"10.244.0.9","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"NOW"}]}""");
    }

    public void SetStatus(JsonObject pod, string status) => Writer.Update(ResourceKind.Pods, Space, pod.Name(), p =>
    {
        p.At("spec")!["nodeName"] = "sandbox";
        p["status"] = JsonNode.Parse(status.Replace("NOW", Writer.Now(), StringComparison.Ordinal));
    });

    /// <summary>What a node's agent does at the end of a pod.</summary>
    public void EndTerminating()
    {
        foreach (var pod in Store.List(ResourceKind.Pods, Space).Items.Where(p => p.IsDeleting()))
            Writer.Remove(ResourceKind.Pods, Space, pod.Name);
    }

    public void RollOut()
    {
        for (var round = 0; round < 100; round++)
        {
            Settle();
            MakeReady(Pods.Where(p => !p.IsReady()));
            EndTerminating();
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Reconcile(Controller controller, StoredObject item)
    {
        try
        {
            controller.Reconcile(ObjectKey.Of(item));
        }
        catch (ApiException)
        {
            // The queue tries it again later.
        }
    }
}

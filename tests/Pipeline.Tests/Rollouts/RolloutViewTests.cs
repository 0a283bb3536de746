using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class RolloutViewTests
{
    private readonly RolloutView view = new(PodBaseline.Empty);

    [Fact]
    public void What_is_gone_or_was_said_before_is_not_kept()
    {
        See(Resource.Deployments, "{metadata: {name: api}}");
        var seen = Churn();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        // The pod that stands, and what was last said of it.
        Assert.InRange(seen.Count(s => s.TryGetTarget(out _)), 1, 2);
        GC.KeepAlive(view);
    }

    // A method of its own, so that no local of the test keeps anything.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference<JsonObject>> Churn()
    {
        var seen = new List<WeakReference<JsonObject>>();
        for (var round = 0; round < 500; round++)
        {
            var gone = LoopbackWorkloads.Yaml($"{{metadata: {{name: api-{round}}}, status: {{containerStatuses: [{{name: api, state: {{waiting: {{reason: ErrImagePull, message: m{round}}}}}}}]}}}}");
            seen.Add(See(Resource.Pods, gone));
            seen.Add(See(Resource.Events, $"{{reason: FailedMount, involvedObject: {{kind: Pod, name: api-{round}}}}}"));
            seen.Add(See(Resource.Events, $"{{reason: FailedMount, involvedObject: {{kind: Pod, name: other-{round}}}}}"));
            view.See(Resource.Pods, new WatchEvent(IsWhole: false, IsDeletion: true, [gone]));
            seen.Add(See(Resource.Pods, $"{{metadata: {{name: api-stays}}, round: {round}}}"));
            seen.Add(See(Resource.Events, $"{{reason: FailedMount, count: {round}, involvedObject: {{kind: Pod, name: api-stays}}}}"));
        }

        return seen;
    }

    private WeakReference<JsonObject> See(Resource resource, string yaml) => See(resource, LoopbackWorkloads.Yaml(yaml));

    private WeakReference<JsonObject> See(Resource resource, JsonObject item)
    {
        view.See(resource, new WatchEvent(IsWhole: false, IsDeletion: false, [item]));
        return new WeakReference<JsonObject>(item);
    }
}

using System.Text.Json.Nodes;
using Pipeline.Preflight;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Preflight;

public sealed class RollArithmeticTests
{
    private static readonly JsonObject Pod = LoopbackWorkloads.Yaml("containers: [{resources: {requests: {cpu: '1'}}}]");

    [Theory]
    [InlineData(3, true, 1, FindingState.Passed, "Deployment/api: 3 pods fit into the nodes, 1 at once beside the 3 old ones")]
    [InlineData(3, true, 0, FindingState.Failed, "Deployment/api: no new pod fits into the nodes beside the 3 old ones, and maxUnavailable is 0: the rollout would never begin")]
    [InlineData(3, false, 0, FindingState.Passed, "Deployment/api: 3 pods fit into the nodes, 3 stay as they are")]
    [InlineData(5, false, 0, FindingState.Passed, "Deployment/api: 3 pods fit into the nodes, 3 stay as they are")]
    [InlineData(1, false, 2, FindingState.Passed, "Deployment/api: 3 pods fit into the nodes, 1 stay as they are and 2 more come")]
    [InlineData(1, false, 1, FindingState.Failed, "Deployment/api: only 1 of 2 more pods fit into the nodes beside the 1 that stay")]
    [InlineData(0, false, 3, FindingState.Passed, "Deployment/api: 3 pods fit into the nodes")]
    public void The_verdict_says_what_comes_beside_what_is_there(int live, bool rolls, int free, FindingState state, string sentence)
    {
        var workload = new RollingWorkload("Deployment/api", Pod, null, [], Replicas: 3, Surge: 1, Unavailable: 0, live) { Rolls = rolls };

        Assert.Equal([(state, sentence)], RollArithmetic.Judge([workload], Room(free), Room(3), "the nodes"));
    }

    private static Room Room(int processors) => new([new Place(new() { ["cpu"] = processors }, _ => true, _ => ["cpu"])]);
}

using System.Text.Json.Nodes;
using Pipeline.Preflight;
using Pipeline.Sandbox.Cluster;

namespace Sandbox.Tests.Preflight;

public sealed class UsageCheckTests
{
    [Theory]
    [InlineData(500_000_000, FindingState.Passed)]
    [InlineData(950_000_000, FindingState.Warned)]
    public async Task A_node_that_is_nearly_full_is_a_warning(long nanocores, FindingState expected)
    {
        await using var bed = await PreflightBed.StartAsync(usage: _ => [new ContainerUsage("api", nanocores, 1 << 20)]);
        await AddNodeWithAPodAsync(bed);

        var finding = await bed.LookAsync("usage");
        Assert.Equal(expected, finding.State);
        Assert.Contains($"uses {nanocores / 10_000_000} % of its cpu", finding.Found.Replace('\u00a0', ' '), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_cluster_without_metrics_is_not_checked()
    {
        await using var bed = await PreflightBed.StartAsync(isReal: true);
        var finding = await bed.LookAsync("usage");

        Assert.Equal((FindingState.NotChecked, "the cluster has no metrics API"), (finding.State, finding.Found));
    }

    private static async Task AddNodeWithAPodAsync(PreflightBed bed)
    {
        bed.Sandbox!.Writer.Create(ResourceKind.Nodes, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "worker-1" } });
        bed.Sandbox.Writer.Update(ResourceKind.Nodes, null, "worker-1", n => n["status"] = new JsonObject
        {
            ["allocatable"] = new JsonObject { ["cpu"] = "1", ["memory"] = "1Gi", ["pods"] = "10" },
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
        });
        await bed.CreateAsync("{apiVersion: v1, kind: Pod, metadata: {name: api}, spec: {nodeName: worker-1, containers: [{name: api, image: one}]}}");
        bed.Sandbox.Writer.Update(ResourceKind.Pods, bed.Space, "api", p => p["status"] = new JsonObject { ["phase"] = "Running" });
    }
}

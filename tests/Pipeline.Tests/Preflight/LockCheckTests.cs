using Pipeline.Preflight;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Preflight;

public sealed class LockCheckTests : StepTests
{
    private const string Lease = "apis/coordination.k8s.io/v1/namespaces/product/leases/pipeline-deploy";

    [Fact]
    public async Task A_lock_that_another_run_holds_is_a_warning_before_this_one_wants_it()
    {
        Hold("ann@laptop #7");

        var finding = await LookAsync(open: false);
        Assert.Equal(FindingState.Warned, finding.State);
        Assert.StartsWith("held by ann@laptop #7 for an unknown purpose", finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lock_of_an_open_release_passes_while_this_run_holds_it_and_fails_once_another_does()
    {
        Assert.Equal(FindingState.Passed, (await LookAsync(open: true)).State);

        Hold("ann@laptop #7");
        Assert.Equal((FindingState.Failed, "this run no longer holds it; ann@laptop #7 for an unknown purpose does."), await SeenAsync());
    }

    private async Task<(FindingState State, string Found)> SeenAsync()
    {
        var finding = await LookAsync(open: true);
        return (finding.State, finding.Found);
    }

    private void Hold(string holder) => Cluster.Put(Lease, new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "pipeline-deploy" }, ["spec"] = new System.Text.Json.Nodes.JsonObject { ["holderIdentity"] = holder } });

    private async Task<Finding> LookAsync(bool open)
    {
        Finding? finding = null;
        await Run.RunAsync(new StepOf(async context =>
        {
            if (open)
                await context.OpenReleaseAsync(default);
            finding = await new LockCheck().LookAsync(context, default);
        }));
        return finding!;
    }
}

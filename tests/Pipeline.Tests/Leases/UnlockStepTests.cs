using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Releases;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Leases;

public sealed class UnlockStepTests : IAsyncLifetime
{
    private readonly TwoRuns runs = new();

    public Task InitializeAsync() => runs.InitializeAsync();

    public Task DisposeAsync() => runs.DisposeAsync();

    [Fact]
    public async Task It_frees_the_lock_of_a_dead_run_and_the_next_release_keeps_who_did_it()
    {
        PutLease("ann@laptop", 41);
        await runs.OtherAsync(new UnlockStep("the laptop drowned"));

        Assert.Equal(["changed      the deploy lock: taken from ann@laptop #41 for Deploy of 1.4.2, which sends nothing more, and freed"], runs.Other.Summary);
        Assert.Null(runs.LockHolder);
        foreach (var _ in new[] { "the next run", "the one after it" })
        {
            await runs.Other.NextAsync();
            await runs.Other.RunAsync(StepOf.Opening);
            Assert.Equal($"ann@laptop #41 for Deploy of 1.4.2, freed by {Operator.Describe()}: the laptop drowned", runs.Other.Release.TookOver);
        }
    }

    [Fact]
    public async Task A_run_at_work_ends_as_by_Ctrl_C_before_the_lock_is_free()
    {
        var holder = await runs.HolderWorksAsync();
        await runs.OtherAsync(new UnlockStep("it is the wrong version"));
        var error = await holder;

        Assert.Null(runs.LockHolder);
        Assert.Equal(ExitCode.Cancelled, error.ExitCode);
        Assert.StartsWith("Stopped: ended by ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("for Unlock: it is the wrong version", error.Message, StringComparison.Ordinal);
        Assert.True(runs.Time.GetUtcNow() - Given.Moment < LeaseObject.Duration);
    }

    [Fact]
    public async Task The_lock_of_a_run_that_does_not_end_is_free_only_once_that_run_can_send_nothing_more()
    {
        _ = await runs.HolderWorksAsync(hears: false);
        await runs.OtherAsync(new UnlockStep("it hangs"));
        var error = await Assert.ThrowsAsync<FailureException>(() => runs.Holder.Session.Gate.PassAsync(default).AsTask());

        Assert.Null(runs.LockHolder);
        Assert.StartsWith("Stopped: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_takes_it_in_between_is_not_the_one_that_was_meant()
    {
        PutLease("ann@laptop", 41);
        var unlocking = runs.Other.FailAsync(new UnlockStep("the laptop drowned"));
        await runs.Time.UntilAsync(() => runs.Cluster.Requests.Any(r => r.StartsWith("PUT", StringComparison.Ordinal)));
        PutLease("bob@desk", 52);
        var error = await runs.Time.WhileAsync(unlocking);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith("Another run holds the deploy lock: bob@desk #52", error.Message, StringComparison.Ordinal);
        Assert.Equal("bob@desk", runs.LockHolder!.Who);
        Assert.Null(runs.Cluster.Objects[TwoRuns.LeasePath].At("metadata", "annotations").Text(LeaseObject.Asked));
    }

    private void PutLease(string who, int process) => runs.Cluster.Put(TwoRuns.LeasePath, new()
    {
        ["metadata"] = new JsonObject { ["name"] = "pipeline-deploy", ["annotations"] = new LeaseHolder(who, "Deploy of 1.4.2", "", process).Annotations() },
        ["spec"] = new JsonObject { ["holderIdentity"] = $"{who} #{process}", ["renewTime"] = "2026-03-01T12:00:00.000000Z", ["leaseTransitions"] = 3 },
    });
}

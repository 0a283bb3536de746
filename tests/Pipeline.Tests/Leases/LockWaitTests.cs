using Pipeline.Errors;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Leases;

/// <summary>Two runs that want the same lock.</summary>
public sealed class LockWaitTests : IAsyncLifetime
{
    private readonly TwoRuns runs = new();

    public Task InitializeAsync() => runs.InitializeAsync();

    public Task DisposeAsync() => runs.DisposeAsync();

    [Fact]
    public async Task A_run_that_waits_says_for_whom_and_how_long_and_is_refused_when_its_patience_ends()
    {
        runs.Other.Settings = o => o with { LockWait = "70s" };
        _ = await runs.HolderWorksAsync();
        var error = await runs.Time.WhileAsync(runs.Other.FailAsync(StepOf.Opening), breath: 3);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains(" Waited 70 s for it. ", error.Message, StringComparison.Ordinal);
        var holder = runs.LockHolder!.Sentence;
        Assert.Contains($"I Another run holds the deploy lock: {holder}, since 2026-03-01T12:00:00.000000Z; waiting up to 70 s", runs.Other.Log);
        Assert.Equal(2, runs.Other.Log.Count(l => l.StartsWith("I Waiting for the deploy lock for ", StringComparison.Ordinal)));
        Assert.Contains(runs.Other.Log, l => l.EndsWith($" s of 70 s: {holder} holds it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ctrl_C_ends_the_wait_and_nothing_was_changed()
    {
        runs.Other.Settings = o => o with { LockWait = "10m" };
        _ = await runs.HolderWorksAsync();
        var before = Objects();
        var waiting = runs.Other.FailAsync(StepOf.Opening);
        await runs.Time.UntilAsync(() => runs.Other.Log.Any(l => l.StartsWith("I Waiting", StringComparison.Ordinal)), breath: 3);
        runs.Other.Session.Signals.Receive();
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        var lines = await runs.Other.Session.CloseAsync(ExitCode.Cancelled);

        Assert.Equal(ExitCode.Cancelled, runs.Other.ExitCode);
        Assert.StartsWith("Result: stopped", lines[^1], StringComparison.Ordinal);
        Assert.False(runs.Other.IsOpen);
        Assert.Equal(before, Objects());
        Assert.Null(runs.Holder.ExitCode);
    }

    [Fact]
    public async Task Of_two_that_begin_together_exactly_one_wins_each_of_fifty_times()
    {
        for (var round = 1; round <= 50; round++)
        {
            var winners = 0;
            var refused = new TaskCompletionSource();
            var deploys = new[] { runs.Holder, runs.Other }.Select(run => Task.Run(() => run.RunAsync(new StepOf("Deploy", async (context, stop) =>
            {
                try
                {
                    await context.OpenReleaseAsync(stop);
                }
                catch (FailureException e) when (e.ExitCode == ExitCode.Refused)
                {
                    refused.SetResult();
                    throw;
                }

                Interlocked.Increment(ref winners);
                await refused.Task;
                await context.Ledger.UpdateAsync(r => r with { Verification = new([]) }, stop);
            })))).ToList();
            var both = Task.WhenAll(deploys);
            await runs.Time.UntilAsync(() => both.IsCompleted, breath: 2);
            await Task.WhenAll(runs.Holder.NextAsync(), runs.Other.NextAsync());

            Assert.Equal(1, winners);
            Assert.Equal(ExitCode.Refused, Assert.IsType<FailureException>(Assert.Single(both.Exception!.InnerExceptions)).ExitCode);
            Assert.Null(runs.LockHolder);
        }
    }

    // The lock itself is renewed meanwhile.
    private IEnumerable<string> Objects() =>
        [.. runs.Cluster.Objects.Where(o => o.Key != TwoRuns.LeasePath).Select(o => $"{o.Key} {o.Value["metadata"]!["resourceVersion"]}").Order(StringComparer.Ordinal)];
}

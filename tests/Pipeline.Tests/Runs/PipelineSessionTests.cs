using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Releases;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Verification;

namespace Pipeline.Tests.Runs;

public sealed class PipelineSessionTests : IAsyncLifetime
{
    private const string LeasePath = "apis/coordination.k8s.io/v1/namespaces/product/leases/pipeline-deploy";
    private readonly LoopbackCluster cluster = new();
    private readonly FakeTimeProvider time = new(Given.Moment);
    private readonly List<string> undone = [];
    private StepRun run = null!;

    private static VerificationResult Verified => new([]);

    private bool IsLockFree => LeaseHolder.In(cluster.Objects[LeasePath]) is null;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options, time);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_verified_run_ends_as_succeeded_and_gives_the_lock_back()
    {
        await run.RunAsync(new StepOf(async c =>
        {
            await c.OpenReleaseAsync(default);
            await c.Ledger.UpdateAsync(r => r with { Verification = Verified }, default);
            c.Summary.Changed("the cluster: 2 of 3 objects");
        }));
        var lines = await run.Session.CloseAsync(0);

        Assert.Equal(["", "  changed      the cluster: 2 of 3 objects", "Result: done, release 1 (1.4.2) · test: context loopback, namespace product"], lines);
        Assert.Null(run.ExitCode);
        Assert.True(IsLockFree);
        var stored = await StoredAsync();
        Assert.Equal((ReleaseOutcome.Succeeded, Given.Moment), (stored.Outcome, stored.Ended));
        Assert.Equal([("Deploy", StepState.Done)], stored.Steps.Select(s => (s.Name, s.State)));
    }

    [Fact]
    public async Task A_run_of_some_steps_leaves_the_release_unfinished_for_the_next_one()
    {
        await run.RunAsync(StepOf.Opening);
        await run.NextAsync();

        Assert.Equal(ReleaseOutcome.Unfinished, (await StoredAsync()).Outcome);
        await run.RunAsync(StepOf.Opening);
        Assert.Equal(1, run.Release.Number);
    }

    [Theory]
    [InlineData(ExitCode.Failed, "FAILED", ReleaseOutcome.Failed)]
    [InlineData(ExitCode.Refused, "REFUSED", ReleaseOutcome.Failed)]
    [InlineData(ExitCode.NotPutBack, "FAILED, AND NOT PUT BACK: a person must look now", ReleaseOutcome.NotPutBack)]
    public async Task A_failure_before_anything_changed_ends_with_its_own_code(int code, string word, ReleaseOutcome outcome)
    {
        var error = await run.FailAsync(Failing(new FailureException("No room.", code)));

        Assert.Equal(("No room.", code, code), (error.Message, error.ExitCode, run.ExitCode));
        Assert.Equal($"Result: {word}, release 1 (1.4.2) · test: context loopback, namespace product", (await run.Session.CloseAsync(code))[^1]);
        var stored = await StoredAsync();
        Assert.Equal((outcome, "No room."), (stored.Outcome, stored.Steps.Single().Error));
    }

    [Theory]
    [InlineData("soon", null, "--lock-wait")]
    [InlineData(null, "many", "--keep-releases")]
    public async Task A_setting_that_every_step_shares_is_checked_before_any_of_them_begins(string? wait, string? keep, string flag)
    {
        run.Settings = o => o with { LockWait = wait, KeepReleases = keep };
        var error = await run.FailAsync(new StepOf(_ => throw new InvalidOperationException("began")));

        Assert.Equal((ExitCode.Usage, ExitCode.Usage), (run.ExitCode, error.ExitCode));
        Assert.StartsWith(flag, error.Message, StringComparison.Ordinal);
        Assert.Empty(cluster.Requests);
    }

    [Fact]
    public async Task An_unexpected_exception_is_1_and_names_its_type()
    {
        var error = await run.FailAsync(Failing(new InvalidOperationException("no row")));

        Assert.Equal((ExitCode.Failed, "InvalidOperationException: no row"), (run.ExitCode, error.Message));
    }

    [Fact]
    public async Task A_time_out_inside_a_step_is_a_failure_and_no_cancellation()
    {
        await run.FailAsync(Failing(new TaskCanceledException("The request took too long.")));

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        await run.NextAsync();
        var stored = await StoredAsync();
        Assert.Equal((ReleaseOutcome.Failed, StepState.Failed), (stored.Outcome, stored.Steps.Single().State));
    }

    [Fact]
    public async Task What_changed_is_put_back_and_the_run_ends_with_3()
    {
        var error = await run.FailAsync(Failing(new FailureException("The pods crash."), "the pages", "the pods"));

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal(["the pods", "the pages"], undone);
        Assert.Equal("Result: FAILED, and put back, release 1 (1.4.2) · test: context loopback, namespace product", (await run.Session.CloseAsync(3))[^1]);
        Assert.Equal(ReleaseOutcome.PutBack, (await StoredAsync()).Outcome);
    }

    [Fact]
    public async Task What_cannot_be_put_back_is_named_and_the_run_ends_with_5()
    {
        await run.FailAsync(new StepOf(async c =>
        {
            await c.OpenReleaseAsync(default);
            c.OnFailure("the pods", Undo("the pods"));
            c.OnFailure("the pages", _ => throw new FailureException("The bucket is gone."));
            throw new FailureException("The pods crash.");
        }));

        Assert.Equal(ExitCode.NotPutBack, run.ExitCode);
        Assert.Equal(["the pods"], undone);
        Assert.Contains("changed      NOT PUT BACK: the pages could not be put back: The bucket is gone.", run.Summary);
        await run.NextAsync();
        Assert.Equal(ReleaseOutcome.NotPutBack, (await StoredAsync()).Outcome);
    }

    [Fact]
    public async Task A_release_that_served_before_and_is_put_back_to_itself_still_succeeded()
    {
        await run.RunAsync(new StepOf(async c =>
        {
            await c.OpenReleaseAsync(default);
            await c.Ledger.UpdateAsync(r => r with { Verification = Verified }, default);
        }));
        await run.NextAsync();
        await run.FailAsync(Failing(new FailureException("The pods crash."), "the pods of release 1"));
        await run.NextAsync();

        Assert.Equal(ReleaseOutcome.Succeeded, (await StoredAsync()).Outcome);
    }

    [Fact]
    public async Task A_step_that_is_stopped_because_another_failed_adds_nothing()
    {
        var waiting = run.RunAsync(new StepOf("Backup", (_, stop) => Task.Delay(Timeout.Infinite, stop)));
        await run.FailAsync(Failing(new FailureException("No room.", ExitCode.Refused)));
        var aftermath = await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);

        Assert.Equal("Stopped, because another step failed.", aftermath.Message);
        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Equal([("Backup", StepState.Cancelled), ("Deploy", StepState.Failed)], run.Release.Steps.Select(s => (s.Name, s.State)).OrderBy(s => s.Name, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_later_failure_does_not_hide_that_something_was_not_put_back()
    {
        var late = new TaskCompletionSource();
        var other = run.FailAsync(new StepOf("BuildFrontend", async (_, _) =>
        {
            await late.Task;
            throw new FailureException("npm was killed.");
        }));
        var first = run.FailAsync(new StepOf(async c =>
        {
            await c.OpenReleaseAsync(default);
            c.OnFailure("the pages", _ => throw new FailureException("The bucket is gone."));
            throw new FailureException("The pods crash.");
        }));
        await time.UntilAsync(() => first.IsCompleted, atMost: 90);
        late.SetResult();
        await other;

        Assert.Equal(ExitCode.NotPutBack, run.ExitCode);
    }

    [Fact]
    public async Task Nothing_is_put_back_while_a_step_beside_it_still_works()
    {
        var atWork = new TaskCompletionSource();
        var opened = new TaskCompletionSource();
        var other = run.FailAsync(new StepOf("SyncFrontend", async (c, _) =>
        {
            await c.OpenReleaseAsync(default);
            opened.SetResult();
            await atWork.Task;
            c.OnFailure("the pages", Undo("the pages"));
            throw new FailureException("The upload broke off.");
        }));
        await opened.Task;
        var first = run.FailAsync(Failing(new FailureException("The pods crash."), "the pods"));
        while (!run.Session.Stopping.IsCancellationRequested)
            await Task.Yield();
        Assert.Empty(undone);
        atWork.SetResult();
        await Task.WhenAll(first, other);

        Assert.Equal(["the pages", "the pods"], undone);
        Assert.Equal(ExitCode.PutBack, run.ExitCode);
    }

    [Fact]
    public async Task A_signal_puts_nothing_back_leaves_the_release_unfinished_and_frees_the_lock()
    {
        await StopAsync(Given.Moment);
        var lines = await run.Session.CloseAsync(130);

        Assert.Equal("Result: stopped in Deploy; done: nothing; not begun: Backup, Migrate, SyncFrontend, Invalidate, Verify; nothing was undone, and the same command proves what is done and goes on, release 1 (1.4.2) · test: context loopback, namespace product", lines[^1]);
        Assert.Empty(undone);
        Assert.True(IsLockFree);
        var stored = await StoredAsync();
        Assert.Equal((ReleaseOutcome.Unfinished, null), (stored.Outcome, stored.Ended));
        Assert.Equal((StepState.Cancelled, "Stopped before its end."), (stored.Steps.Single().State, stored.Steps.Single().Error));
    }

    [Fact]
    public async Task With_a_slow_server_everything_after_a_signal_takes_five_seconds()
    {
        await StopAsync(Given.Moment, slow: true);
        var closing = run.Session.CloseAsync(130);
        await time.WhileAsync(closing, atMost: 20, breath: 6);

        Assert.InRange(time.GetUtcNow() - Given.Moment, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8));
        Assert.Equal(StepState.Cancelled, (await StoredAsync()).Steps.Single().State);
    }

    [Fact]
    public async Task Who_lost_the_lock_changes_nothing_any_more_not_even_back()
    {
        var opened = new TaskCompletionSource();
        var running = run.FailAsync(new StepOf("Deploy", async (c, stop) =>
        {
            await c.OpenReleaseAsync(stop);
            c.OnFailure("the pods", Undo("the pods"));
            opened.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }));
        await opened.Task;
        var taken = (System.Text.Json.Nodes.JsonObject)cluster.Objects[LeasePath].DeepClone();
        taken["spec"]!["holderIdentity"] = "bob@desk #52";
        cluster.Put(LeasePath, taken);
        await time.UntilAsync(() => running.IsCompleted);
        var error = await running;

        Assert.Equal("Stopped: another run took the deploy lock. What was done stays; look with ./build.sh Status.", error.Message);
        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.Empty(undone);
        await run.NextAsync();
        Assert.Equal("bob@desk #52", cluster.Objects[LeasePath].Text("spec", "holderIdentity"));
    }

    [Fact]
    public async Task A_record_that_cannot_be_written_is_said_and_does_not_hide_the_failure()
    {
        await run.FailAsync(new StepOf(async c =>
        {
            await c.OpenReleaseAsync(default);
            cluster.Forbidden.Add("api/v1/namespaces/product/configmaps/pipeline-release-1");
            throw new FailureException("The pods crash.");
        }));

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains(run.Summary, l => l.StartsWith("left alone   the record of release 1, which could not be written: PUT ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lock_that_was_taken_over_is_in_the_record()
    {
        await run.RunAsync(StepOf.Opening);
        await run.NextAsync();
        var abandoned = (System.Text.Json.Nodes.JsonObject)cluster.Objects[LeasePath].DeepClone();
        abandoned["spec"]!["holderIdentity"] = "bob@desk #52";
        cluster.Put(LeasePath, abandoned);
        await time.UntilCompletedAsync(run.RunAsync(StepOf.Opening));

        Assert.Equal("bob@desk #52 for an unknown purpose", (await StoredAsync()).TookOver);
    }

    [Fact]
    public async Task Another_environment_s_namespace_is_refused_for_a_rollback_too()
    {
        using (var connection = ClusterConnection.Open(cluster.Options))
            await new RecordStore(connection).TryCreateAsync(Given.Good(1) with { Environment = "production" }, default);
        var error = await run.FailAsync(new StepOf(c => c.OpenRollbackAsync(Given.Back(0, 1, 1), default)));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
    }

    private StepOf Failing(Exception error, params string[] changes) => new(async c =>
    {
        await c.OpenReleaseAsync(default);
        foreach (var change in changes)
            c.OnFailure(change, Undo(change));
        throw error;
    });

    private Func<CancellationToken, Task> Undo(string what) => _ =>
    {
        undone.Add(what);
        return Task.CompletedTask;
    };

    private async Task StopAsync(DateTimeOffset at, bool slow = false)
    {
        var opened = new TaskCompletionSource();
        var running = run.FailAsync(new StepOf("Deploy", async (c, stop) =>
        {
            await c.OpenReleaseAsync(stop);
            c.OnFailure("the pods", Undo("the pods"));
            opened.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }));
        await opened.Task;
        Assert.Equal(at, time.GetUtcNow());
        if (slow)
            cluster.BeforeAnswer = http => Task.Delay(TimeSpan.FromSeconds(4), time, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        run.Session.Signals.Receive();
        await (slow ? time.WhileAsync(running, atMost: 20, breath: 6) : running);
        Assert.Equal(ExitCode.Cancelled, run.ExitCode);
    }

    private async Task<Release> StoredAsync()
    {
        cluster.BeforeAnswer = _ => Task.CompletedTask;
        using var connection = ClusterConnection.Open(cluster.Options);
        return (await new RecordStore(connection).ReadAsync(default)).Latest!;
    }
}

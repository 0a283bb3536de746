using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Tests.Leases;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;

namespace Pipeline.Tests.Runs;

/// <summary>Ctrl-C at a terminal, and what a run does that must end.</summary>
public sealed class InterruptionTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly FakeTimeProvider time = new(Given.Moment);
    private readonly TaskCompletionSource<bool> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Interruption> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> undone = [];
    private StepRun run = null!;

    private bool IsLockFree => LeaseHolder.In(cluster.Objects[TwoRuns.LeasePath]) is null;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options, time, ask: async (canUndo, patience) =>
        {
            asked.TrySetResult(canUndo);
            await Task.WhenAny(answer.Task, Task.Delay(Timeout.Infinite, patience));
            return answer.Task.IsCompleted ? await answer.Task : Interruption.Leave;
        });
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Who_lets_the_run_finish_has_lost_nothing()
    {
        var working = await WorkAsync();
        run.Session.Signals.Interrupt();
        Assert.True(await asked.Task);
        answer.SetResult(Interruption.Finish);
        await LoggedAsync("Going on as if nothing had been pressed.");
        goOn.SetResult();
        await working;

        Assert.Equal((null, false), (run.ExitCode, run.Session.Stopping.IsCancellationRequested));
        Assert.Empty(undone);
    }

    [Fact]
    public async Task Who_wants_it_undone_gets_back_what_the_run_changed_and_3()
    {
        var working = Assert.ThrowsAsync<FailureException>(async () => await await WorkAsync());
        await AskedAsync(Interruption.Undo);
        var error = await working;

        Assert.Equal((ExitCode.PutBack, "Stopped by Ctrl-C, to be put back."), (error.ExitCode, error.Message));
        Assert.Equal(["the pods"], undone);
        Assert.Equal(ReleaseOutcome.PutBack, run.Release.Outcome);
    }

    [Fact]
    public async Task Who_wants_it_undone_after_the_last_step_is_told_that_it_was_too_late()
    {
        goOn.SetResult();
        await await WorkAsync();
        await AskedAsync(Interruption.Undo);
        while (!run.Session.Stopping.IsCancellationRequested)
            await Task.Delay(5);

        Assert.Contains("  The undo came too late: every step had ended, so nothing was put back", await run.Session.CloseAsync(ExitCode.Done));
        Assert.Empty(undone);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_leaves_or_presses_it_again_leaves_everything_as_it_is(bool presses)
    {
        var working = Assert.ThrowsAsync<FailureException>(async () => await await WorkAsync());
        if (presses)
        {
            await BegunAsync();
            run.Session.Signals.Interrupt();
            await asked.Task;
            run.Session.Signals.Interrupt();
        }
        else
        {
            await AskedAsync(Interruption.Leave);
        }

        Assert.Equal(ExitCode.Cancelled, (await working).ExitCode);
        Assert.Empty(undone);
        await run.Session.CloseAsync(ExitCode.Cancelled);
        Assert.True(IsLockFree);
    }

    [Fact]
    public async Task Who_does_not_answer_for_ten_seconds_leaves()
    {
        var working = Assert.ThrowsAsync<FailureException>(async () => await await WorkAsync());
        await BegunAsync();
        run.Session.Signals.Interrupt();
        await asked.Task;
        // Second by second, for the lock is renewed meanwhile.
        var pressed = time.GetUtcNow();
        await time.UntilAsync(() => time.GetUtcNow() - pressed >= TimeSpan.FromSeconds(9));
        Assert.False(run.Session.Signals.Received);

        Assert.Equal(ExitCode.Cancelled, (await time.WhileAsync(working, atMost: 2)).ExitCode);
        Assert.Contains("W No answer: leaving; what was done stays.", run.Log);
    }

    [Fact]
    public async Task A_run_that_opened_no_release_is_ended_without_a_question()
    {
        var begun = new TaskCompletionSource();
        var working = run.FailAsync(new StepOf("Status", async (_, stop) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }));
        await begun.Task;
        run.Session.Signals.Interrupt();

        Assert.Equal(ExitCode.Cancelled, (await working).ExitCode);
        Assert.False(asked.Task.IsCompleted);
    }

    [Fact]
    public async Task While_something_is_put_back_a_first_press_warns_and_a_second_one_ends_it_half_way()
    {
        var atWork = new TaskCompletionSource();
        var working = run.FailAsync(new StepOf(async c =>
        {
            await c.OpenReleaseAsync(default);
            c.OnFailure("the pods", async stop =>
            {
                atWork.SetResult();
                await Task.Delay(Timeout.Infinite, stop);
            });
            throw new FailureException("The pods crash.");
        }));
        await atWork.Task;
        run.Session.Signals.Interrupt();
        Assert.False(run.Session.Signals.Received);
        Assert.Contains("W What this run changed is being put back. Ctrl-C again ends that half way.", run.Log);
        run.Session.Signals.Interrupt();
        await working;

        Assert.Equal(ExitCode.NotPutBack, run.ExitCode);
        Assert.Contains("changed      NOT PUT BACK: the pods could not be put back: the run was ended, or the time was over", run.Summary);
        await run.Session.CloseAsync(ExitCode.NotPutBack);
        Assert.True(IsLockFree);
        Assert.Equal(ReleaseOutcome.NotPutBack, run.Release.Outcome);
    }

    [Fact]
    public async Task A_step_that_does_not_hear_a_signal_does_not_keep_the_lock_and_sends_nothing_more()
    {
        var opened = new TaskCompletionSource<StepContext>();
        var working = run.FailAsync(new StepOf("Backup", async (c, stop) =>
        {
            await c.OpenReleaseAsync(stop);
            opened.SetResult(c);
            await goOn.Task;
        }));
        var context = await opened.Task;
        run.Session.Signals.Receive();
        await time.UntilAsync(() => IsLockFree, atMost: 5, breath: 12);

        Assert.InRange(time.GetUtcNow() - Given.Moment, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        Assert.Equal(StepState.Cancelled, run.Release.Steps.Single().State);
        var connection = await context.ClusterAsync(default);
        var refused = await Assert.ThrowsAsync<FailureException>(() => connection.FindAsync(Resource.ConfigMaps, "any", default));
        Assert.StartsWith("Stopped: this run has let go of the deploy lock", refused.Message, StringComparison.Ordinal);
        goOn.SetResult();
        await working;
    }

    private async Task<Task> WorkAsync()
    {
        var begun = new TaskCompletionSource();
        var working = run.RunAsync(new StepOf("Deploy", async (c, stop) =>
        {
            await c.OpenReleaseAsync(stop);
            c.OnFailure("the pods", _ =>
            {
                undone.Add("the pods");
                return Task.CompletedTask;
            });
            begun.SetResult();
            await goOn.Task.WaitAsync(stop);
        }));
        await Task.WhenAny(begun.Task, working);
        return working;
    }

    private async Task BegunAsync()
    {
        while (!run.IsOpen)
            await Task.Delay(5);
    }

    private async Task AskedAsync(Interruption what)
    {
        await BegunAsync();
        await Task.Delay(100);
        run.Session.Signals.Interrupt();
        await asked.Task;
        answer.SetResult(what);
    }

    private async Task LoggedAsync(string sentence)
    {
        for (var wait = 0; wait < 200 && !run.Log.Contains($"W {sentence}"); wait++)
            await Task.Delay(10);
        Assert.Contains($"W {sentence}", run.Log);
    }
}

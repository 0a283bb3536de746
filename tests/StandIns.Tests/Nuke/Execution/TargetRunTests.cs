using Nuke.Common;

namespace StandIns.Tests.Nuke.Execution;

[Collection(ProcessWide.Name)]
public sealed class TargetRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_target_runs_after_all_it_waits_for()
    {
        var build = new ReleaseBuild();

        var run = await BuildRun.OfAsync(build, folder, "Deploy");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(7, build.Ran.Count);
        var ran = build.Ran.ToList();
        Assert.True(ran.IndexOf("Preflight") < ran.IndexOf("BuildImage"));
        Assert.Equal(["PushImage", "Deploy", "SyncFrontend", "Invalidate", "Verify"], ran[2..]);
    }

    [Fact]
    public async Task The_standard_targets_run_when_none_is_named()
    {
        var build = new ReleaseBuild();

        await BuildRun.OfAsync(build, folder, [], [b => b.PushImage]);

        Assert.Equal(["BuildImage", "PushImage"], build.Ran);
    }

    [Fact]
    public async Task A_skipped_target_does_not_run_and_is_listed_as_skipped()
    {
        var build = new ReleaseBuild();

        var run = await BuildRun.OfAsync(build, folder, "SyncFrontend Verify --skip Invalidate");

        Assert.DoesNotContain("Invalidate", build.Ran);
        Assert.Contains(run.Lines, l => l.StartsWith("Invalidate    Skipped ", StringComparison.Ordinal));
        Assert.Contains(run.Lines, l => l.StartsWith("Verify        Succeeded ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Targets_that_do_not_wait_for_each_other_run_at_once()
    {
        // Each waits until the other has begun: one after the other they would never end.
        var build = new Twins();

        var run = await BuildRun.OfAsync(build, folder, "Left Right");

        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task A_failure_lets_its_siblings_clean_up_and_begins_nothing_more()
    {
        var build = new Siblings();

        var run = await BuildRun.OfAsync(build, folder, "After Sibling Failing");

        Assert.Equal(1, run.ExitCode);
        Assert.True(build.IsCleanedUp);
        Assert.Empty(build.Ran);
        Assert.Equal("Failing       │ ERROR no space left", Assert.Single(run.Lines, l => l.Contains("ERROR", StringComparison.Ordinal)));
        Assert.Contains(run.Lines, l => l.StartsWith("Failing  Failed ", StringComparison.Ordinal));
        Assert.Contains(run.Lines, l => l.StartsWith("Sibling  Cancelled ", StringComparison.Ordinal));
        Assert.Contains(run.Lines, l => l.StartsWith("After    NotRun ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sibling_that_is_stopped_before_the_failure_is_known_is_no_second_error()
    {
        // The one that failed puts back what it changed before it says so.
        var build = new Siblings();

        var run = await BuildRun.OfAsync(build, folder, "Sibling FailingSlowly");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("FailingSlowly │ ERROR put back", Assert.Single(run.Lines, l => l.Contains("ERROR", StringComparison.Ordinal)));
        Assert.Contains(run.Lines, l => l.StartsWith("Sibling        Cancelled ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_ends_with_130_and_says_so_once()
    {
        var build = new Siblings();

        var run = await BuildRun.OfAsync(build, folder, "Sibling Stopping After");

        Assert.Equal(130, run.ExitCode);
        Assert.Empty(build.Ran);
        Assert.Matches("^(Sibling |Stopping) +│ ERROR (A task was canceled|The operation was canceled)\\.$", Assert.Single(run.Lines, l => l.Contains("ERROR", StringComparison.Ordinal)));
        Assert.Contains(run.Lines, l => l.StartsWith("After     NotRun ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stack_trace_is_printed_only_when_it_is_asked_for()
    {
        var quiet = await BuildRun.OfAsync(new Siblings(), folder, "Sibling Failing");
        var verbose = await BuildRun.OfAsync(new Siblings(), folder, "Sibling Failing --verbosity verbose");

        Assert.DoesNotContain("InvalidOperationException", quiet.Output, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException: no space left", verbose.Output, StringComparison.Ordinal);
    }

    private sealed class Twins : NukeBuild
    {
        private readonly TaskCompletionSource left = new();
        private readonly TaskCompletionSource right = new();

        public Target Left => _ => _.Executes(() =>
        {
            left.SetResult();
            return right.Task.WaitAsync(TimeSpan.FromSeconds(10));
        });

        public Target Right => _ => _.Executes(() =>
        {
            right.SetResult();
            return left.Task.WaitAsync(TimeSpan.FromSeconds(10));
        });
    }

    private sealed class Siblings : TracedBuild
    {
        private readonly CancellationTokenSource stop = new();
        private readonly TaskCompletionSource begun = new();
        private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsCleanedUp { get; private set; }

        public Target Failing => _ => _.Executes(async () =>
        {
            await begun.Task;
            ThreadPool.QueueUserWorkItem(s => stop.Cancel());
            throw new InvalidOperationException("no space left");
        });

        public Target FailingSlowly => _ => _.Executes(async () =>
        {
            await begun.Task;
            await stop.CancelAsync();
            await over.Task;
            throw new InvalidOperationException("put back");
        });

        public Target Stopping => _ => _.Executes(async () =>
        {
            await begun.Task;
            await stop.CancelAsync();
            stop.Token.ThrowIfCancellationRequested();
        });

        public Target Sibling => _ => _.Executes(async () =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, stop.Token);
            }
            finally
            {
                await Task.Yield();
                IsCleanedUp = true;
                over.SetResult();
            }
        });

        public Target After => _ => _.After(Sibling).Executes(() => Trace());
    }
}

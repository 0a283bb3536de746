using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;

namespace Pipeline.Tests.Runs;

/// <summary>What becomes of what was changed when a step fails.</summary>
public sealed class AfterFailureTests : StepTests
{
    private readonly List<string> undone = [];

    [Fact]
    public async Task With_Stop_everything_stays_and_the_run_ends_with_5_and_the_way_back()
    {
        await StoreAsync(Given.Good(1));
        Run.Settings = o => o with { OnFailure = "stop" };
        await Run.FailAsync(Changing("Deploy", new FailureException("The pods crash.")));

        Assert.Equal(ExitCode.NotPutBack, Run.ExitCode);
        Assert.Empty(undone);
        var lines = await Run.Session.CloseAsync(5);
        Assert.Contains("  changed      NOT PUT BACK: what Deploy did: left as it is, as --on-failure Stop asks", lines);
        Assert.Contains("  to go back   ./build.sh Rollback --profile test", lines);
        Assert.Equal(ReleaseOutcome.NotPutBack, (await StoredAsync()).Outcome);
    }

    [Fact]
    public async Task A_word_that_is_neither_is_refused()
    {
        Run.Settings = o => o with { OnFailure = "Undo" };
        var error = await Run.FailAsync(StepOf.Opening);

        Assert.Equal((ExitCode.Usage, "--on-failure: 'Undo' is none of Rollback and Stop."), (error.ExitCode, error.Message));
    }

    [Fact]
    public async Task A_failure_before_anything_changed_undoes_nothing_and_says_so()
    {
        await Run.FailAsync(new StepOf("Backup", async (c, _) =>
        {
            await c.OpenReleaseAsync(default);
            throw new FailureException("The disk is full.");
        }));

        Assert.Equal(ExitCode.Failed, Run.ExitCode);
        Assert.Contains("left alone   pods and pages: this run had changed nothing of them, so nothing is put back", Run.Summary);
        Assert.Equal(ReleaseOutcome.Failed, await OutcomeAsync());
    }

    [Theory]
    [InlineData("Deploy")]
    [InlineData("SyncFrontend")]
    public async Task What_an_earlier_run_changed_is_not_called_unchanged_when_a_later_one_fails_before_it(string earlier)
    {
        await StoreAsync(Given.Good(1));
        await LeaveAsync(earlier);
        await Run.FailAsync(new StepOf("Backup", async (c, _) =>
        {
            await c.OpenReleaseAsync(default);
            throw new FailureException("The disk is full.");
        }));

        Assert.Equal(ExitCode.NotPutBack, Run.ExitCode);
        Assert.Contains($"changed      NOT PUT BACK: what an earlier run of this release did in {earlier}", Run.Summary);
        Assert.Equal(ReleaseOutcome.NotPutBack, await OutcomeAsync());
    }

    [Fact]
    public async Task What_an_earlier_run_changed_is_put_back_with_what_the_step_says_of_it()
    {
        await StoreAsync(Given.Good(1));
        await LeaveAsync("Deploy");
        await Run.FailAsync(Changing("Deploy", new FailureException("The pods crash.")));

        Assert.Equal((ExitCode.PutBack, 1), (Run.ExitCode, undone.Count));
        Assert.Equal(ReleaseOutcome.PutBack, await OutcomeAsync());
    }

    [Fact]
    public async Task Pods_stay_under_the_pages_that_an_earlier_run_published()
    {
        await StoreAsync(Given.Good(1));
        await LeaveAsync("SyncFrontend");
        await Run.FailAsync(Changing("Deploy", new FailureException("A node is lost.")));

        Assert.Equal((ExitCode.NotPutBack, 0), (Run.ExitCode, undone.Count));
        Assert.Contains(Run.Summary, l => l.StartsWith("changed      NOT PUT BACK: nothing was put back: the pages that an earlier run published", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_goes_on_says_what_it_found_and_the_record_keeps_who_went_on()
    {
        await Run.RunAsync(new StepOf("Backup", (c, stop) => c.OpenReleaseAsync(stop)));
        await LeaveAsync("Migrate");
        await Run.RunAsync(StepOf.Opening);

        Assert.Contains(Run.Log, l => l.StartsWith("I Going on with release 1 (1.4.2), which ", StringComparison.Ordinal) && l.EndsWith(": Backup done, and proven again now; Migrate (stopped) and what follows go on", StringComparison.Ordinal));
        Assert.Equal(2, (await StoredAsync()).Resumed.Length);
    }

    [Fact]
    public async Task Who_may_no_longer_talk_to_the_cluster_puts_nothing_back()
    {
        await StoreAsync(Given.Good(1));
        await Run.FailAsync(Changing("Deploy", new FailureException("No.", cause: new ClusterRequestException("Unauthorized", System.Net.HttpStatusCode.Unauthorized, null))));

        Assert.Equal(ExitCode.NotPutBack, Run.ExitCode);
        Assert.Empty(undone);
    }

    [Fact]
    public async Task A_rollback_that_may_no_longer_talk_to_the_cluster_is_not_complete()
    {
        await StoreAsync(Given.Good(1));
        await Run.FailAsync(Rollback(new FailureException("No.", cause: new ClusterRequestException("Unauthorized", System.Net.HttpStatusCode.Unauthorized, null))));

        Assert.Equal(ExitCode.NotPutBack, Run.ExitCode);
    }

    [Fact]
    public async Task A_rollback_that_fails_does_not_say_that_it_changed_nothing()
    {
        await StoreAsync(Given.Good(1));
        await Run.FailAsync(Rollback(new FailureException("The store is away.", ExitCode.NotPutBack)));

        Assert.DoesNotContain(Run.Summary, l => l.Contains("nothing", StringComparison.Ordinal));
    }

    private static StepOf Rollback(Exception error) => new("Rollback", async (c, _) =>
    {
        await c.OpenRollbackAsync(Given.Back(0, 1, 1), default);
        throw error;
    });

    // A run that a signal ended in a step.
    private async Task LeaveAsync(string step)
    {
        await Run.NextAsync();
        var begun = new TaskCompletionSource();
        var working = Run.FailAsync(new StepOf(step, async (c, stop) =>
        {
            await c.OpenReleaseAsync(stop);
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }));
        await begun.Task;
        Run.Session.Signals.Receive();
        await working;
        await Run.NextAsync();
    }

    private StepOf Changing(string name, Exception error) => new(name, async (c, _) =>
    {
        await c.OpenReleaseAsync(default);
        c.OnFailure($"what {name} did", _ =>
        {
            undone.Add(name);
            return Task.CompletedTask;
        });
        throw error;
    });

    private async Task StoreAsync(Release release)
    {
        using var connection = ClusterConnection.Open(Cluster.Options);
        Assert.True(await new RecordStore(connection).TryCreateAsync(release, default));
    }

    private async Task<ReleaseOutcome> OutcomeAsync()
    {
        await Run.NextAsync();
        return (await StoredAsync()).Outcome;
    }

    private async Task<Release> StoredAsync()
    {
        using var connection = ClusterConnection.Open(Cluster.Options);
        return (await new RecordStore(connection).ReadAsync(default)).Latest!;
    }
}

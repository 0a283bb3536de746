using Microsoft.Extensions.Time.Testing;
using Pipeline.Backups;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;
using Pipeline.Tests.Incidents;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Migrations;

/// <summary>A release that fails after it migrated; release 6, which was live before it, ran on revision aaaa.</summary>
public sealed class SchemaGuardTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly FakeTimeProvider time = new(Given.Moment.AddHours(8));
    private readonly List<string> undone = [];
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        using var connection = ClusterConnection.Open(cluster.Options);
        await new RecordStore(connection).TryCreateAsync(Given.Good(6) with { Migration = new MigrationResult(null, "aaaa", []) }, default);
        run = await StepRun.StartAsync(cluster.Options, time);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Over_a_compatible_range_the_older_pods_come_back()
    {
        var error = await FailAsync(breaking: null);

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal(["the pages", "the pods"], undone);
    }

    [Fact]
    public async Task The_support_does_not_hear_of_an_undo_that_does_not_happen()
    {
        await using var hook = new LoopbackHook();
        await hook.StartAsync();
        run.Options = o => o with { NoticeWebhook = new Secret($"http://{hook.Authority}/") };
        await FailAsync("DROP TABLE old: it is gone");
        await run.NextAsync();

        Assert.Contains("FAILED and was NOT PUT BACK: a person must look now", Assert.Single(hook.Texts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_a_breaking_range_nothing_is_put_back_and_the_choices_are_printed()
    {
        await FailAsync("DROP TABLE old: it is gone");

        Assert.Equal(ExitCode.NotPutBack, run.ExitCode);
        Assert.Empty(undone);
        Assert.Equal(
            "changed      NOT PUT BACK: nothing was put back: release 6 (1.6.0) cannot be expected to live with the schema, which is at bbbb: bbbb: DROP TABLE old: it is gone. "
            + "Choose: mend it and run ./build.sh Deploy; take the schema back too, with an outage, by ./build.sh Rollback --rollback-schema; "
            + "or restore the backup 'test/7.dump' in 'backups' with pg_restore and then run ./build.sh Rollback: it was taken at 2026-03-01 19:45:00Z, and what was written in the 15 min since is lost.",
            Assert.Single(run.Summary));
        await run.NextAsync();
        using var connection = ClusterConnection.Open(cluster.Options);
        Assert.Equal(ReleaseOutcome.NotPutBack, (await new RecordStore(connection).ReadAsync(default)).Latest!.Outcome);
    }

    [Fact]
    public async Task A_migration_that_was_cut_off_counts_as_if_it_had_reached_its_goal()
    {
        await FailAsync("DROP TABLE old: it is gone", after: null);

        Assert.Equal((ExitCode.NotPutBack, 0), (run.ExitCode, undone.Count));
    }

    [Fact]
    public async Task After_a_breaking_migration_no_later_failure_ends_as_if_nothing_had_changed()
    {
        await run.FailAsync(new StepOf(async c =>
        {
            await MigrateAsync(c, "DROP TABLE old: it is gone", "bbbb");
            throw FailureException.Refused("Another manager owns a field.");
        }));

        Assert.Equal(ExitCode.NotPutBack, run.ExitCode);
    }

    [Fact]
    public async Task A_run_that_goes_on_and_is_refused_before_it_changes_anything_knows_what_an_earlier_run_did_to_the_schema()
    {
        await run.RunAsync(new StepOf("Migrate", (c, _) => MigrateAsync(c, "DROP TABLE old: it is gone", "bbbb")));
        await run.NextAsync();
        await run.FailAsync(new StepOf(async c =>
        {
            await c.OpenReleaseAsync(default);
            throw FailureException.Refused("Another manager owns a field.");
        }));

        Assert.Equal(ExitCode.NotPutBack, run.ExitCode);
        Assert.StartsWith("changed      NOT PUT BACK: nothing was put back: release 6 (1.6.0) cannot be expected to live with the schema, which is at bbbb: ", Assert.Single(run.Summary), StringComparison.Ordinal);
        await run.NextAsync();
        using var connection = ClusterConnection.Open(cluster.Options);
        var history = await new RecordStore(connection).ReadAsync(default);
        Assert.Equal((ReleaseOutcome.NotPutBack, 6), (history.Latest!.Outcome, history.PreviousGood!.Number));
    }

    [Fact]
    public async Task With_on_failure_Stop_the_schema_is_said_to_stay()
    {
        run.Settings = o => o with { OnFailure = nameof(AfterFailure.Stop) };
        await run.FailAsync(new StepOf(async c =>
        {
            await MigrateAsync(c, "DROP TABLE old: it is gone", "bbbb");
            throw new FailureException("The pods crash.");
        }));

        Assert.Equal(ExitCode.NotPutBack, run.ExitCode);
        Assert.Equal("changed      NOT PUT BACK: the schema: left as it is, as --on-failure Stop asks", Assert.Single(run.Summary));
    }

    private Task<FailureException> FailAsync(string? breaking, string? after = "bbbb") => run.FailAsync(new StepOf(async c =>
    {
        await MigrateAsync(c, breaking, after);
        c.OnFailure("the pods", Undo("the pods"));
        c.OnFailure("the pages", Undo("the pages"));
        throw new FailureException("The pods crash.");
    }));

    private Func<CancellationToken, Task> Undo(string what) => _ =>
    {
        undone.Add(what);
        return Task.CompletedTask;
    };

    private static async Task MigrateAsync(StepContext context, string? breaking, string? after)
    {
        await context.OpenReleaseAsync(default);
        var result = new MigrationResult("aaaa", after, []) { Verdicts = [new RevisionVerdict("bbbb", ["aaaa"], breaking, 1)] };
        await context.Ledger.UpdateAsync(r => r with { Migration = result, Backup = new BackupResult("backups", "test/7.dump", 1, "", "product", "aaaa", Given.Moment.AddMinutes(465)) }, default);
    }
}

using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pipeline.Backups;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Backups;

public sealed class BackupStepTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IAsyncLifetime
{
    private readonly LoopbackBucket bucket = new();
    private readonly LoopbackCluster cluster = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
    private readonly string database = $"product_{Guid.NewGuid():N}"[..20];
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await bucket.InitializeAsync();
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options, time);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        await bucket.DisposeAsync();
    }

    [SkippableFact]
    public async Task Backup_uploads_a_dump_and_records_what_was_proven()
    {
        await run.RunAsync(await StepAsync());

        var (key, stored) = Assert.Single(bucket.Objects);
        Assert.Equal("test/20260304T050607Z-1.4.2-aaaa00000001.dump", key);
        Assert.Equal(
            new BackupResult("backups", key, stored.Content.Length, Convert.ToHexStringLower(SHA256.HashData(stored.Content)), database, "aaaa00000001", time.GetUtcNow()),
            run.Release.Backup);
        Assert.Equal(run.Release.Backup!.Sha256, stored.Sha256);
        Assert.Equal($"changed      backup '{key}' in 'backups', {Math.Max(1, stored.Content.Length >> 10)} KiB, read back and proven", Assert.Single(run.Summary));
    }

    [SkippableFact]
    public async Task A_dump_that_a_killed_run_left_on_this_machine_is_removed()
    {
        string[] kept = [Left(int.MaxValue, TimeSpan.FromMinutes(59)), Left(Environment.ProcessId, TimeSpan.FromHours(2))];
        var killed = Left(int.MaxValue, TimeSpan.FromHours(2));
        try
        {
            await run.RunAsync(await StepAsync());

            Assert.False(Directory.Exists(killed));
            Assert.All(kept, k => Assert.True(Directory.Exists(k), k));
        }
        finally
        {
            foreach (var folder in kept.Where(Directory.Exists))
                Directory.Delete(folder, recursive: true);
        }
    }

    [SkippableFact]
    public async Task A_second_run_leaves_the_backup_alone()
    {
        await run.RunAsync(await StepAsync());
        await run.NextAsync();
        time.Advance(TimeSpan.FromMinutes(59));
        await run.RunAsync(SameStep());

        Assert.Single(bucket.Objects);
        Assert.StartsWith("left alone   the backup 'test/20260304T050607Z-", Assert.Single(run.Summary), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_unfinished_release_that_is_resumed_late_gets_a_new_backup()
    {
        await run.RunAsync(await StepAsync());
        await run.NextAsync();
        time.Advance(TimeSpan.FromMinutes(61));
        await run.RunAsync(SameStep());

        Assert.Equal(2, bucket.Objects.Count);
        Assert.Equal(time.GetUtcNow(), run.Release.Backup!.Taken);
    }

    [SkippableFact]
    public async Task A_finished_release_keeps_its_backup_however_old()
    {
        await run.RunAsync(await StepAsync());
        await run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        await run.NextAsync();
        time.Advance(TimeSpan.FromDays(30));
        await run.RunAsync(SameStep());

        Assert.Single(bucket.Objects);
    }

    [SkippableFact]
    public async Task A_release_whose_migration_began_keeps_the_dump_of_the_schema_before_it()
    {
        await run.RunAsync(await StepAsync());
        await run.RecordAsync(r => r.With(new StepRecord("Migrate", StepState.Failed, time.GetUtcNow())));
        await run.NextAsync();
        await postgres.RunAsync(database, "update alembic_version set version_num = 'bbbb00000002'");
        time.Advance(TimeSpan.FromDays(1));
        await run.RunAsync(SameStep());

        Assert.Single(bucket.Objects);
        Assert.Equal("aaaa00000001", run.Release.Backup!.SchemaRevision);
    }

    [SkippableFact]
    public async Task A_backup_that_is_gone_from_the_bucket_is_taken_again()
    {
        await run.RunAsync(await StepAsync());
        await run.NextAsync();
        bucket.Objects.Clear();
        await run.RunAsync(SameStep());

        Assert.Single(bucket.Objects);
        Assert.Contains(run.Log, l => l.StartsWith("W The backup ", StringComparison.Ordinal) && l.Contains("is not in the bucket", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task An_upload_that_is_damaged_on_its_way_fails_and_is_removed()
    {
        bucket.Damage = bytes =>
        {
            bytes[^1] ^= 1;
            return bytes;
        };
        var error = await run.FailAsync(await StepAsync());

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Contains("is no proof: read back, its SHA-256 is", error.Message, StringComparison.Ordinal);
        Assert.Empty(bucket.Objects);
        Assert.Null(run.Release.Backup);
    }

    [SkippableFact]
    public async Task What_a_run_that_died_uploaded_and_did_not_prove_is_removed_by_the_next()
    {
        await run.RunAsync(await StepAsync());
        var proven = run.Release.Backup!.Id;
        Assert.Equal(proven, run.Release.BackupBegun);
        await run.RecordAsync(r => r with { Backup = null, BackupBegun = "test/died.dump" });
        bucket.Objects["test/died.dump"] = new StoredObject([1], "cut off");
        bucket.Objects["test/another.dump"] = new StoredObject([1], "a person's own");
        bucket.LeaveUpload("test/died.dump");
        await run.NextAsync();
        time.Advance(TimeSpan.FromMinutes(1));
        await run.RunAsync(SameStep());

        Assert.Equal([proven, "test/another.dump", run.Release.Backup!.Id], bucket.Objects.Keys.OrderBy(k => k == "test/another.dump" ? "test/20260304T050608" : k, StringComparer.Ordinal));
        Assert.Equal(0, bucket.OpenUploads);
        Assert.Contains(run.Log, l => l.Contains("which an earlier run uploaded and did not prove, is removed", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task An_unproven_dump_is_removed_by_an_account_that_may_not_list_uploads()
    {
        await run.RunAsync(await StepAsync());
        await run.RecordAsync(r => r with { Backup = null, BackupBegun = "test/died.dump" });
        bucket.Objects["test/died.dump"] = new StoredObject([1], "cut off");
        bucket.RefuseListing = true;
        await run.NextAsync();
        await run.RunAsync(SameStep());

        Assert.DoesNotContain("test/died.dump", bucket.Objects.Keys);
        Assert.Contains(run.Log, l => l.Contains("still has parts of the dump", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_large_dump_goes_up_in_parts()
    {
        await run.RunAsync(await LargeStepAsync());

        Assert.Equal(1, bucket.BegunUploads);
        Assert.Equal(0, bucket.OpenUploads);
        Assert.Equal(run.Release.Backup!.Sha256, Assert.Single(bucket.Objects).Value.Sha256);
        Assert.Contains(run.Log, l => l.StartsWith("D \"Uploading the dump\":", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_part_that_is_refused_aborts_the_upload()
    {
        bucket.RefusePartsFrom = 2;
        var error = await run.FailAsync(await LargeStepAsync());

        Assert.Contains("The bucket 'backups' at", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, bucket.BegunUploads);
        Assert.Equal(0, bucket.OpenUploads);
        Assert.Empty(bucket.Objects);
    }

    [SkippableFact]
    public async Task Another_server_is_refused_before_anything_is_written()
    {
        var step = await StepAsync(o => o with { DatabaseSystemIdentifier = "7000000000000000001" });
        var error = await run.FailAsync(step);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains($"its system_identifier is {postgres.SystemIdentifier}, the profile pins 7000000000000000001", error.Message, StringComparison.Ordinal);
        Assert.Empty(bucket.Objects);
    }

    [SkippableFact]
    public async Task Another_database_of_the_same_server_is_refused()
    {
        var error = await run.FailAsync(await StepAsync(o => o with { DatabaseName = "orders" }));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains($"leads to '{database}', the profile pins DatabaseName 'orders'", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_empty_database_has_a_backup_too()
    {
        await run.RunAsync(await StepAsync(revision: null));

        Assert.Null(run.Release.Backup!.SchemaRevision);
        Assert.EndsWith("-1.4.2-empty.dump", run.Release.Backup.Id, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_missing_bucket_is_named()
    {
        await StepAsync();
        var error = await run.FailAsync(new BackupStep(Options() with { BackupBucket = "elsewhere" }));

        Assert.Contains("The bucket 'elsewhere' at http://127.0.0.1:", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_password_is_in_no_log_line()
    {
        await run.RunAsync(await StepAsync());

        Assert.DoesNotContain(run.Log, l => l.Contains(TemporaryPostgres.Password, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task The_failure_of_another_step_kills_the_dump_and_leaves_nothing_in_the_bucket()
    {
        var step = await StepAsync();
        await using var holder = await postgres.OpenAsync(database);
        await using var transaction = await holder.BeginTransactionAsync();
        await using var held = new NpgsqlCommand("lock table datasets in access exclusive mode", holder);
        await held.ExecuteNonQueryAsync();
        var backup = Assert.ThrowsAsync<OperationCanceledException>(() => run.RunAsync(step));
        await using var waiting = new NpgsqlCommand("select count(*) from pg_locks where not granted", holder);
        while (await waiting.ExecuteScalarAsync() is 0L)
            await Task.Delay(20);
        await run.FailAsync(new Failing());

        // The failure that stopped it is told once, by the step that failed.
        await backup.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(StepState.Cancelled, run.Release.Steps.Single(s => s.Name == "Backup").State);
        Assert.Empty(bucket.Objects);
    }

    private BackupOptions Options() => new()
    {
        Database = new DatabaseOptions
        {
            DatabaseUrl = Secret.From(postgres.AddressOf(database)),
            DatabaseName = database,
            DatabaseSystemIdentifier = postgres.SystemIdentifier,
        },
        BackupBucket = "backups",
        Storage = bucket.Options,
    };

    private BackupStep SameStep() => new(Options());

    private async Task<BackupStep> StepAsync(Func<DatabaseOptions, DatabaseOptions>? change = null, string? revision = "aaaa00000001")
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync(database, revision);
        var options = Options();
        return new BackupStep(options with { Database = (change ?? (o => o))(options.Database) });
    }

    private async Task<BackupStep> LargeStepAsync()
    {
        var step = await StepAsync();
        // Digests do not compress to less than half their text: about 20 MB of dump.
        await postgres.RunAsync(database, "create table digests as select n, sha512(n::text::bytea) as digest from generate_series(1, 330000) n");
        return step;
    }

    private sealed class Failing : IStep
    {
        public string Name => "BuildImage";

        public Task RunAsync(StepContext context, CancellationToken cancellation) => throw new FailureException("The image cannot be built.");
    }

    private string Left(int process, TimeSpan age)
    {
        var folder = Directory.CreateTempSubdirectory($"pipeline-backup-{process}-0-").FullName;
        var dump = Path.Combine(folder, "database.dump");
        File.WriteAllText(dump, "what users have");
        File.SetLastWriteTimeUtc(dump, (time.GetUtcNow() - age).UtcDateTime);
        Directory.SetLastWriteTimeUtc(folder, (time.GetUtcNow() - age).UtcDateTime);
        return folder;
    }
}

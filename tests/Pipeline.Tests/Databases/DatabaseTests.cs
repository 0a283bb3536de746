using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Settings;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Databases;

public sealed class DatabaseTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly string name = $"product_{Guid.NewGuid():N}"[..20];
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_server_that_ends_the_connection_is_a_sentence_without_the_password()
    {
        await GivenAsync();
        var error = await run.FailAsync(new StepOf(async c =>
        {
            await using var database = await Database.OpenAsync(Options(), c, default);
            await EndConnectionsAsync();
            await Assert.ThrowsAsync<FailureException>(() => database.ScalarAsync("select 1", default));
            await database.SchemaRevisionAsync(default);
        }));

        AssertSays("", error);
    }

    [SkippableFact]
    public async Task A_role_that_may_not_read_the_revision_is_a_sentence()
    {
        await GivenAsync();
        await postgres.RunAsync(name, "create role reader login password 's3cret-of-the-test'");
        var error = await run.FailAsync(new StepOf(async c =>
            await Database.SchemaRevisionAsync(Options() with { DatabaseUrl = new Secret(postgres.AddressOf(name).Replace("//postgres:", "//reader:", StringComparison.Ordinal)) }, c, default)));

        AssertSays("42501: permission denied for table alembic_version", error);
    }

    [SkippableFact]
    public async Task A_question_that_hangs_ends_with_its_patience()
    {
        await GivenAsync();
        await using var other = await postgres.OpenAsync(name);
        await using var change = await other.BeginTransactionAsync();
        await using var hold = other.CreateCommand();
        hold.CommandText = "lock table alembic_version";
        await hold.ExecuteNonQueryAsync();
        var error = await run.FailAsync(new StepOf(async c =>
        {
            await using var database = await Database.OpenAsync(Options(), c, default, TimeSpan.FromSeconds(1));
            await database.SchemaRevisionAsync(default);
        }));

        AssertSays("", error);
    }

    private void AssertSays(string why, FailureException error)
    {
        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.StartsWith($"The database '{name}' at 127.0.0.1:", error.Message, StringComparison.Ordinal);
        Assert.Contains(" did not answer '", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(TemporaryPostgres.Password, error.Message, StringComparison.Ordinal);
    }

    private async Task GivenAsync()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync(name);
    }

    private Task EndConnectionsAsync() =>
        postgres.RunAsync(name, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pipeline' and datname = current_database()");

    private DatabaseOptions Options() => new() { DatabaseUrl = new Secret(postgres.AddressOf(name)), DatabaseName = name, DatabaseSystemIdentifier = postgres.SystemIdentifier };
}

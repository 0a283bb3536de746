using Pipeline.Backups;
using Pipeline.Databases;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Preflight;
using Pipeline.Settings;
using Pipeline.Tests.Databases;

namespace Pipeline.Tests.Preflight;

public sealed class DatabaseCheckTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>
{
    private readonly string name = $"product_{Guid.NewGuid():N}"[..20];

    [SkippableFact]
    public async Task The_right_database_passes_with_its_schema_revision()
    {
        var findings = await FindingsAsync(o => o);

        Assert.Equal(FindingState.Passed, findings[0].State);
        Assert.Matches($"^'{name}', PostgreSQL .+, primary, schema revision aaaa00000001$", findings[0].Found);
        Assert.Equal(FindingState.Passed, findings[1].State);
    }

    [SkippableFact]
    public async Task Another_database_of_the_same_server_fails()
    {
        var findings = await FindingsAsync(o => o with { DatabaseName = "orders" });

        Assert.Equal(FindingState.Failed, findings[0].State);
        Assert.Contains("the profile pins DatabaseName 'orders'", findings[0].Found, StringComparison.Ordinal);
        Assert.Equal(FindingState.NotChecked, findings[1].State);
    }

    private async Task<IReadOnlyList<Finding>> FindingsAsync(Func<DatabaseOptions, DatabaseOptions> change)
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync(name);
        var database = change(new DatabaseOptions
        {
            DatabaseUrl = Secret.From(postgres.AddressOf(name)),
            DatabaseName = name,
            DatabaseSystemIdentifier = postgres.SystemIdentifier,
        });
        var cluster = new Pipeline.Cluster.ClusterOptions { KubeContext = "none", KubeNamespace = "none", ClusterUid = "none" };
        var options = new PreflightOptions
        {
            Cluster = cluster,
            Image = new ImageOptions { RegistryUrl = "registry.example.com/team", ImageContext = AppContext.BaseDirectory },
            Database = database,
            Backup = new BackupOptions { Database = database, BackupBucket = "backups", Storage = new() },
            Frontend = new FrontendOptions { FrontendSource = ".", FrontendBucket = "site", ApiUrl = "https://api.example.com", Storage = new() },
            Cdn = new CdnOptions { CdnDistributionId = "E123" },
        };
        await using var run = await StepRun.StartAsync(cluster);
        await Record.ExceptionAsync(() => run.RunAsync(new PreflightStep(options, o => [.. PreflightChecks.Of(o).Where(c => c.Name is "database" or "pg_dump")])));
        return run.Release.Preflight!.Findings;
    }
}

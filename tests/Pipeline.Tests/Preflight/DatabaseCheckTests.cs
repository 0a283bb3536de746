using Pipeline.Backups;
using Pipeline.Databases;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Preflight;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Tests.Databases;

namespace Pipeline.Tests.Preflight;

public sealed class DatabaseCheckTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>
{
    private readonly string name = $"product_{Guid.NewGuid():N}"[..20];

    [SkippableFact]
    public async Task The_right_database_passes_with_its_schema_revision()
    {
        var findings = await FindingsAsync();

        Assert.Equal(FindingState.Passed, findings["database"].State);
        Assert.Matches($"^'{name}', PostgreSQL .+, primary, schema revision aaaa00000001$", findings["database"].Found);
        Assert.Equal(FindingState.Passed, findings["pg-dump"].State);
    }

    [SkippableFact]
    public async Task Another_database_of_the_same_server_fails_and_nothing_more_is_asked_of_it()
    {
        var findings = await FindingsAsync(o => o with { Database = o.Database with { DatabaseName = "orders" } });

        Assert.Equal(FindingState.Failed, findings["database"].State);
        Assert.Contains("the profile pins DatabaseName 'orders'", findings["database"].Found, StringComparison.Ordinal);
        Assert.All(["pg-dump", "replica", "database-resources"], c => Assert.Equal((FindingState.NotChecked, "needs 'database', which failed"), (findings[c].State, findings[c].Found)));
    }

    [SkippableFact]
    public async Task A_primary_without_a_replica_is_a_warning()
    {
        var findings = await FindingsAsync();

        Assert.Equal((FindingState.Warned, "none is connected to the primary"), (findings["replica"].State, findings["replica"].Found));
    }

    [SkippableFact]
    public async Task A_replicas_address_that_leads_to_a_primary_fails()
    {
        var findings = await FindingsAsync(o => o with { ReplicaUrl = o.Database.DatabaseUrl });

        Assert.Equal((FindingState.Failed, "PIPELINE_REPLICA_URL leads to a primary, not to a replica."), (findings["replica"].State, findings["replica"].Found));
    }

    [SkippableTheory]
    [InlineData(null, FindingState.NotChecked)]
    [InlineData("cache=2/4Gi/20Gi", FindingState.NotChecked)]
    [InlineData("database=4/8Gi/100Gi", FindingState.Passed)]
    [InlineData("database=4/8Gi/1Mi", FindingState.Failed)]
    public async Task The_databases_size_is_compared_with_the_storage_that_is_expected(string? resources, FindingState expected)
    {
        var findings = await FindingsAsync(resources: resources);

        Assert.Equal(expected, findings["database-resources"].State);
    }

    private async Task<Dictionary<string, Finding>> FindingsAsync(Func<LastLookOptions, LastLookOptions>? change = null, string? resources = null)
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync(name);
        var database = new DatabaseOptions
        {
            DatabaseUrl = Secret.From(postgres.AddressOf(name)),
            DatabaseName = name,
            DatabaseSystemIdentifier = postgres.SystemIdentifier,
        };
        var cluster = new Pipeline.Cluster.ClusterOptions { KubeContext = "none", KubeNamespace = "none", ClusterUid = "none" };
        var look = new LastLookOptions
        {
            Image = new ImageOptions { RegistryUrl = "registry.example.com/team", ImageContext = AppContext.BaseDirectory },
            Manifests = new ManifestOptions { ManifestFolder = AppContext.BaseDirectory, ImageRepository = "team/api" },
            Database = database,
            Frontend = new FrontendOptions { FrontendSource = ".", FrontendBucket = "site", ApiUrl = "https://api.example.com", Storage = new() },
        };
        var options = new PreflightOptions
        {
            Cluster = cluster,
            LastLook = change is null ? look : change(look),
            Backup = new BackupOptions { Database = database, BackupBucket = "backups", Storage = new() },
            Cdn = new CdnOptions { CdnDistributionId = "E123" },
            Expected = new Expectations { ExpectedResources = resources },
        };
        await using var run = await StepRun.StartAsync(cluster);
        await Record.ExceptionAsync(() => run.RunAsync(new PreflightStep(
            options, o => [.. PreflightChecks.Of(o).Where(c => c.Name is "database" or "pg-dump" or "replica" or "database-resources")])));
        return run.Release.Preflight!.Findings.ToDictionary(f => f.Check);
    }
}

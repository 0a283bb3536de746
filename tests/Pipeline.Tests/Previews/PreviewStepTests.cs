using System.Collections.Concurrent;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Previews;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Tests.Databases;
using Pipeline.Tests.Frontend;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Previews;

public sealed class PreviewStepTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackRegistry registry = new();
    private readonly LoopbackSiteStore store = new();
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentQueue<string> changing = new();
    private readonly string database = $"product_{Guid.NewGuid():N}"[..20];
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        await registry.StartAsync();
        await store.StartAsync();
        _ = new LoopbackWorkloads(cluster);
        folder.Write("api/Dockerfile", "FROM scratch");
        folder.Write("api/migrations/versions/a.py", "\"\"\"Creates datasets.\"\"\"\nrevision = \"aaaa\"\ndown_revision = None\n");
        folder.Write("web/build/index.html", "<title>one</title>");
        folder.Write("k8s/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: info, API_TOKEN: hidden-once}}");
        folder.Write("k8s/b.yaml", "{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {ports: [{port: 80}]}}");
        folder.Write("k8s/c.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec:
              replicas: 2
              selector: {matchLabels: {app: api}}
              template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: team/api, envFrom: [{configMapRef: {name: settings}}]}]}}
            """);
        run = await StepRun.StartAsync(cluster.Options);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        await registry.DisposeAsync();
        await store.DisposeAsync();
        folder.Dispose();
    }

    [SkippableFact]
    public async Task Before_the_first_release_everything_is_new()
    {
        await MakeDatabaseAsync(null);
        var shown = await PreviewAsync();

        Assert.Equal(ExitCode.Changes, run.ExitCode);
        Assert.Contains("Release 1 (1.4.2) of test, its first", shown);
        Assert.Contains("  (empty) → aaaa", shown);
        Assert.Contains("  + aaaa, Creates datasets.", shown);
        Assert.Contains("  + Deployment/api", shown);
        Assert.Contains("    + spec.replicas: 2", shown);
        Assert.Contains("  + index.html (18 bytes)", shown);
        Assert.Contains("  the CDN forgets / /config.json /index.html /release.json", shown);
        Assert.All(shown, line => Assert.True(line.Length <= 64, line));
    }

    [SkippableFact]
    public async Task A_preview_sends_nothing_that_changes_a_server()
    {
        await MakeDatabaseAsync(null);
        var written = await TransactionsAsync();
        cluster.Before = http =>
        {
            if (http.Request.Method != "GET" && !http.Request.Query.ContainsKey("dryRun"))
                changing.Enqueue($"{http.Request.Method} {http.Request.Path}");
            return Task.FromResult(false);
        };
        await PreviewAsync();

        Assert.Contains(cluster.Requests, r => r.StartsWith("PATCH", StringComparison.Ordinal));
        Assert.Empty(changing);
        Assert.All(registry.Requests.Concat(store.Requests), r => Assert.Matches("^(HEAD|GET) ", r));
        Assert.Equal(written, await TransactionsAsync());
        Assert.False(run.IsOpen);
    }

    [SkippableFact]
    public async Task After_a_deploy_there_is_nothing_to_do()
    {
        await DeployAsync();
        var shown = await PreviewAsync();

        Assert.Null(run.ExitCode);
        Assert.Contains("Release 1 (1.4.2) of test, which is the newest already", shown);
        Assert.Contains("  stays at aaaa", shown);
        Assert.Contains("  3 of 3 objects stay as they are", shown);
        Assert.Contains("  3 of 3 files are there already", shown);
        Assert.Equal("left alone   everything: a deploy would change nothing", Assert.Single(run.Summary));
    }

    [SkippableFact]
    public async Task A_changed_configuration_is_shown_beside_the_one_that_it_replaces()
    {
        await DeployAsync();
        folder.Write("k8s/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: debug, API_TOKEN: hidden-twice}}");
        var shown = string.Join('\n', await PreviewAsync());

        Assert.Equal(ExitCode.Changes, run.ExitCode);
        Assert.Matches("~ ConfigMap/settings-[0-9a-f]{10}, in place of\n    ? settings-[0-9a-f]{10}\n      data.LOG_LEVEL: info → debug\n      data.API_TOKEN: \\*\\*\\* → \\*\\*\\*\n  ~ Deployment/api\n", shown);
        Assert.Contains("envFrom[0]", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("Service/api", shown, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_no_manifest_has_any_more_and_pages_that_go_are_shown()
    {
        folder.Write("web/build/old.html", "old");
        await DeployAsync();
        File.Delete(Path.Combine(folder.Path, "k8s/b.yaml"));
        File.Delete(Path.Combine(folder.Path, "web/build/old.html"));
        await run.DisposeAsync();
        run = await StepRun.StartAsync(cluster.Options, version: "1.5.0");
        var shown = await PreviewAsync();

        Assert.Contains("  - Service/api: no manifest has it any more", shown);
        Assert.Contains("  - old.html", shown);
    }

    [SkippableFact]
    public async Task A_database_ahead_of_the_code_is_refused()
    {
        await MakeDatabaseAsync("ffff");
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.StartsWith($"The database '{database}' is at revision ffff, which the image does not carry", error.Message, StringComparison.Ordinal);
    }

    private PreviewStep Step => new(new PreviewOptions { Image = Image, Migration = new MigrationOptions { Database = Database, Manifests = Manifests }, Frontend = Site });

    private ImageOptions Image => new()
    {
        RegistryUrl = registry.Authority,
        ImageRepository = "team/api",
        ImageContext = Path.Combine(folder.Path, "api"),
        DockerEndpoint = "tcp://127.0.0.1:1",
    };

    private DatabaseOptions Database => new() { DatabaseUrl = new Secret(postgres.AddressOf(database)), DatabaseName = database, DatabaseSystemIdentifier = postgres.SystemIdentifier };

    private ManifestOptions Manifests => new() { ManifestFolder = Path.Combine(folder.Path, "k8s"), ImageRepository = "team/api" };

    private FrontendOptions Site => store.Options(Path.Combine(folder.Path, "web"));

    private async Task<IReadOnlyList<string>> PreviewAsync()
    {
        await run.RunAsync(Step);
        return [.. run.Log.Where(l => l.StartsWith("I ", StringComparison.Ordinal)).Select(l => l[2..]).SkipWhile(l => !l.Contains(" of test, ", StringComparison.Ordinal))];
    }

    /// <summary>A release with everything but the schema, which is there.</summary>
    private async Task DeployAsync()
    {
        await MakeDatabaseAsync("aaaa");
        await run.RunAsync(new StepOf("Deploy", async (context, cancellation) =>
        {
            await context.OpenReleaseAsync(cancellation);
            var inputs = await BuildInputs.ReadAsync(Image, BuildContext.Read(Image.ImageContext), await context.SourceAsync(cancellation), cancellation);
            var digest = registry.Store("team/api", inputs.Tag, "{}");
            await context.Ledger.UpdateAsync(r => r with { Image = new ImageResult(inputs.Repository, "1.4.2", digest, inputs.Hash) }, cancellation);
        }));
        await run.RunAsync(new DeployStep(Manifests, new AcceptedRisks { AcceptNoBackup = true, AcceptNoPreflight = true }));
        await run.RunAsync(new SyncFrontendStep(Site, new CdnOptions { CdnDistributionId = "E123" }));
        await run.RecordAsync(r => r with { Outcome = ReleaseOutcome.Succeeded });
        await run.NextAsync();
    }

    private async Task MakeDatabaseAsync(string? revision)
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync(database, null);
        await postgres.RunAsync(database, "create table alembic_version (version_num varchar(32) primary key)");
        if (revision is not null)
            await postgres.RunAsync(database, $"insert into alembic_version values ('{revision}')");
    }

    // A transaction gets a number when it writes.
    private async Task<string> TransactionsAsync()
    {
        await using var connection = await postgres.OpenAsync(database);
        await using var command = connection.CreateCommand();
        command.CommandText = "select pg_snapshot_xmax(pg_current_snapshot())::text";
        return (string)(await command.ExecuteScalarAsync())!;
    }
}

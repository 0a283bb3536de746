using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Backups;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Preflight;
using Pipeline.Rollouts;
using Pipeline.Settings;
using Pipeline.Tests.Backups;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Preflight;

public sealed class PreflightStepTests : IAsyncLifetime
{
    private readonly LoopbackBucket bucket = new();
    private readonly LoopbackCluster cluster = new();
    private readonly FakeTimeProvider time = new();
    private readonly TemporaryFolder folder = new();
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        folder.Write("deployment.yaml", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {template: {spec: {containers: [{name: api, image: team/api}]}}}}");
        folder.Write("migration-job.yaml", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {containers: [{name: migrate, image: team/api}]}}}}");
        await bucket.InitializeAsync();
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options, time);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
        await bucket.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Preflight_records_its_findings_in_the_draft_and_only_reads_the_cluster()
    {
        await run.RunAsync(InCluster());

        Assert.False(run.IsOpen);
        Assert.True(run.Release.Preflight!.Passed);
        Assert.Equal(["cluster", "namespace", "permissions", "nodes", "lock"], run.Release.Preflight.Findings.Select(f => f.Check));
        Assert.All(run.Release.Preflight.Findings, f => Assert.Equal(FindingState.Passed, f.State));
        Assert.All(cluster.Requests, r => Assert.StartsWith("GET ", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_begins_with_what_leads_where_under_the_place_that_it_came_from()
    {
        // A setting that is missing ends it before it looks.
        var options = Options() with
        {
            Cdn = new CdnOptions(),
            Given =
            [
                new GivenSetting("KubeContext", "production", "parameters.production.json"),
                new GivenSetting("DatabaseUrl", $"{new Secret("postgresql://a:b@c/d")}", "PIPELINE_ variables"),
                new GivenSetting("SiteUrl", "https://a-name-that-is-longer.than-the-line-has-room.for.example.com", "parameters.production.json"),
            ],
        };
        await run.FailAsync(new PreflightStep(options));

        Assert.Equal(
            [
                "I from parameters.production.json",
                "I   KubeContext  production",
                "I   SiteUrl      https://a-name-that-is-longer.than-the-line-has-r",
                "I                oom.for.example.com",
                "I from PIPELINE_ variables",
                "I   DatabaseUrl  ***",
            ],
            run.Log.Skip(1).Take(6));
        Assert.All(run.Log.Skip(1).Take(6), l => Assert.InRange(l.Length, 0, 66));
    }

    [Fact]
    public async Task The_table_shows_every_check_in_its_order()
    {
        cluster.Forbidden.Add("api/v1/nodes");
        await run.RunAsync(InCluster());

        Assert.Equal("I Environment test: context loopback, namespace product", run.Log.First());
        Assert.Equal(
            [
                "I cluster      passed       context 'loopback', Kubernetes",
                "I                           v1.31.2, identity",
                $"I                           {LoopbackCluster.Uid}",
                "I namespace    passed       'product'",
                "I permissions  passed       all 36 rights in 'product'",
                "I nodes        not checked  no right to look: GET /api/v1/nodes as",
                "I                           'loopback' was answered with 403: no",
                "I                           right to api/v1/nodes",
                "I                           → Rights: k8s/setup/.",
                "I lock         passed       free",
            ],
            run.Log.Skip(1));
        Assert.All(run.Log.Skip(1), l => Assert.InRange(l.Length, 0, "I ".Length + 64));
    }

    [Fact]
    public async Task A_check_that_is_left_out_is_not_made_and_the_record_says_by_whom_and_why()
    {
        cluster.PutNode("worker-1", ready: false);
        await run.RunAsync(InCluster(new SkippedChecks { PreflightSkip = "nodes, window", Reason = "the node is replaced today" }));

        var who = Pipeline.Releases.Operator.Describe();
        Assert.Equal((FindingState.NotChecked, $"left out by {who}: the node is replaced today"), (Found("nodes").State, Found("nodes").Found));
        Assert.Equal(
            [$"--preflight-skip nodes, left out by {who}: the node is replaced today", $"--preflight-skip window, left out by {who}: the node is replaced today"],
            run.Release.Accepted.AsEnumerable());
        Assert.DoesNotContain("GET api/v1/nodes", cluster.Requests);
    }

    [Fact]
    public async Task A_check_that_nobody_knows_or_that_is_left_out_without_a_reason_is_named_with_the_names_there_are()
    {
        var error = await run.FailAsync(InCluster(new SkippedChecks { PreflightSkip = "nodes,secrets" }));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("--preflight-skip: there is no check 'secrets'. Checks: cluster, namespace, permissions, ", error.Message, StringComparison.Ordinal);
        Assert.Contains("--reason: --preflight-skip leaves out checks; say why, the record keeps it.", error.Message, StringComparison.Ordinal);
        Assert.Empty(cluster.Requests);
    }

    [Fact]
    public void Every_check_has_a_name_by_which_it_can_be_left_out()
    {
        var options = Options();
        var names = PreflightChecks.Of(options).Concat(PreflightChecks.Last(options.LastLook)).Select(c => c.Name).Distinct();

        Assert.Equal(CheckName.All.Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task All_failures_are_listed_at_once_with_what_to_do()
    {
        cluster.PutNode("worker-1", ready: false);
        cluster.Denied.UnionWith(["create jobs.batch", "delete jobs.batch", "get pods/log"]);
        var error = await run.FailAsync(InCluster());

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal(
            """
            Preflight: 2 of 5 checks failed. Nothing was changed.
              permissions: in 'product' the user of 'loopback' may not get pods/log; create, delete jobs.batch. Have an administrator apply k8s/setup/.
              nodes: none of 1 takes pods: worker-1 is not ready (no reason). Look with kubectl describe nodes.
            """,
            error.Message);
        Assert.False(run.Release.Preflight!.Passed);
    }

    [Theory]
    [InlineData("api/v1/namespaces/product", "namespace")]
    [InlineData("apis/coordination.k8s.io/v1/namespaces/product/leases/pipeline-deploy", "lock")]
    [InlineData("apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "permissions")]
    [InlineData("api/v1/nodes", "nodes")]
    public async Task What_may_not_be_looked_at_is_not_checked_and_does_not_fail(string path, string check)
    {
        cluster.Forbidden.Add(path);
        await run.RunAsync(InCluster());

        Assert.Equal(FindingState.NotChecked, Found(check).State);
    }

    [Fact]
    public async Task A_cluster_with_another_identity_fails_and_what_is_inside_is_not_looked_at()
    {
        await using var other = await StepRun.StartAsync(cluster.Options with { ClusterUid = "99999999-0000-0000-0000-000000000000" });
        var error = await other.FailAsync(InCluster());

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Contains("1 of 5 checks failed", error.Message, StringComparison.Ordinal);
        Assert.Contains($"its identity is {LoopbackCluster.Uid}, the profile pins 99999999", error.Message, StringComparison.Ordinal);
        Assert.All(other.Release.Preflight!.Findings.Skip(1), f => Assert.Equal(("needs 'cluster', which failed", FindingState.NotChecked), (f.Found, f.State)));
    }

    [Fact]
    public async Task A_cluster_whose_identity_may_not_be_read_is_a_warning()
    {
        cluster.Forbidden.Add("api/v1/namespaces/kube-system");
        await run.RunAsync(InCluster());

        Assert.Equal(FindingState.Warned, Found("cluster").State);
    }

    [Theory]
    [InlineData("v1.19.16", FindingState.Failed)]
    [InlineData("v1.20.2-dirty", FindingState.Passed)]
    [InlineData("v1.29.4-gke.1043002", FindingState.Passed)]
    public async Task A_cluster_must_be_new_enough(string version, FindingState expected)
    {
        cluster.GitVersion = version;
        await Record.ExceptionAsync(() => run.RunAsync(InCluster()));

        Assert.Equal(expected, Found("cluster").State);
    }

    [Fact]
    public async Task A_node_that_is_not_ready_warns_and_none_at_all_fails()
    {
        cluster.PutNode("worker-2", ready: false);
        await run.RunAsync(InCluster());
        Assert.Equal((FindingState.Warned, "1 of 2 take pods: worker-2 is not ready (no reason)"), (Found("nodes").State, Found("nodes").Found));

        cluster.PutNode("worker-1", ready: false);
        await run.FailAsync(InCluster());
        Assert.Equal(FindingState.Failed, Found("nodes").State);
    }

    [Fact]
    public async Task A_silent_server_fails_its_own_check_only_when_its_time_is_over()
    {
        var asked = new TaskCompletionSource();
        var silent = new ReachableCheck("registry", async (_, stop) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return "";
        });
        var running = run.FailAsync(Step(_ => [silent, new ReachableCheck("engine", (_, _) => Task.FromResult("29.1"))]));
        Assert.Same(asked.Task, await Task.WhenAny(asked.Task, running));
        time.Advance(TimeSpan.FromSeconds(30));
        var error = await running;

        Assert.Contains("registry: no answer within 30 s.", error.Message, StringComparison.Ordinal);
        Assert.Equal(FindingState.Passed, Found("engine").State);
    }

    [Fact]
    public async Task A_missing_bucket_fails_by_its_name()
    {
        var error = await run.FailAsync(Step(_ => [new BucketCheck("backup bucket", "backups", bucket.Options), new BucketCheck("site bucket", "elsewhere", bucket.Options)]));

        Assert.Contains("1 of 2 checks failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("site bucket: The bucket 'elsewhere' at http://127.0.0.1:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_database_fails_and_its_programs_are_not_looked_at()
    {
        await run.FailAsync(Step(o => [.. PreflightChecks.Of(o).Where(c => c.Name is "database" or "pg-dump")]));

        Assert.Equal(FindingState.Failed, Found("database").State);
        Assert.Equal(FindingState.NotChecked, Found("pg-dump").State);
        Assert.DoesNotContain("s3cret", string.Join('\n', run.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_settings_are_all_named_before_anything_is_asked()
    {
        var options = Options();
        options = options with { LastLook = options.LastLook with { Image = new ImageOptions { ImageContext = AppContext.BaseDirectory } }, Cdn = new CdnOptions() };
        var error = await run.FailAsync(new PreflightStep(options));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("--registry-url", error.Message, StringComparison.Ordinal);
        Assert.Contains("--cdn-distribution-id", error.Message, StringComparison.Ordinal);
        Assert.Empty(cluster.Requests);
    }

    [Fact]
    public async Task A_wrong_setting_that_two_parts_share_is_named_once()
    {
        var options = Options();
        var wrong = new ObjectStore.ObjectStoreOptions { StorageEndpoint = "somewhere" };
        var error = await run.FailAsync(new PreflightStep(options with { Backup = options.Backup with { Storage = wrong }, LastLook = options.LastLook with { Frontend = options.LastLook.Frontend with { Storage = wrong } } }));

        Assert.Equal("--storage-endpoint: 'somewhere' is not an address. Write it whole, as in https://api.example.com.", error.Message);
    }

    private PreflightStep InCluster(SkippedChecks? skipped = null)
    {
        var options = Options();
        return new PreflightStep(
            options with { LastLook = options.LastLook with { Skipped = skipped ?? new SkippedChecks() } },
            o => [.. PreflightChecks.Of(o).Where(c => c.Name is "cluster" or "namespace" or "permissions" or "nodes" or "lock")]);
    }

    private PreflightStep Step(Func<PreflightOptions, IReadOnlyList<IPreflightCheck>> checks) => new(Options(), checks);

    private Finding Found(string check) => run.Release.Preflight!.Findings.Single(f => f.Check == check);

    private PreflightOptions Options()
    {
        var database = new DatabaseOptions
        {
            // Port 1 of the loopback answers nobody.
            DatabaseUrl = Secret.From($"postgresql://dataset:s3cret@{IPAddress.Loopback}:1/dataset"),
            DatabaseName = "dataset",
            DatabaseSystemIdentifier = "7000000000000000001",
        };
        return new PreflightOptions
        {
            Cluster = cluster.Options,
            LastLook = new LastLookOptions
            {
                Image = new ImageOptions { RegistryUrl = "registry.example.com/team", ImageContext = AppContext.BaseDirectory },
                Manifests = new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api" },
                Database = database,
                Frontend = new FrontendOptions { FrontendSource = ".", FrontendBucket = "site", ApiUrl = "https://api.example.com", Storage = bucket.Options },
            },
            Backup = new BackupOptions { Database = database, BackupBucket = "backups", Storage = bucket.Options },
            Cdn = new CdnOptions { CdnDistributionId = "E123" },
        };
    }
}

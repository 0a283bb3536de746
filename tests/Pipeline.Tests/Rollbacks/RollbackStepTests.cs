using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.ObjectStore;
using Pipeline.Releases;
using Pipeline.Rollbacks;
using Pipeline.Rollouts;
using Pipeline.Tests.Frontend;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Rollouts;
using Pipeline.Tests.Verification;
using Pipeline.Verification;

namespace Pipeline.Tests.Rollbacks;

public sealed class RollbackStepTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackSite site = new();
    private readonly LoopbackSiteStore store = new();
    private readonly LoopbackCdn cdn = new();
    private readonly TemporaryFolder folder = new();
    private readonly List<string> asked = [];
    private LoopbackWorkloads workloads = null!;
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        workloads = new LoopbackWorkloads(cluster);
        await cluster.InitializeAsync();
        await site.InitializeAsync();
        await store.StartAsync();
        await cdn.StartAsync();
        site.Show("1.6.0", 6);
        run = await StepRun.StartAsync(cluster.Options);
        run.Evidence = Path.Combine(folder.Path, "artifacts");
        using var connection = ClusterConnection.Open(cluster.Options);
        foreach (var number in (int[])[6, 7])
        {
            await new RecordStore(connection).TryCreateAsync(Released(number), default);
            await new ManifestArchive(connection).WriteAsync(number, [Deployment(number)], default);
            foreach (var page in (string[])["index.html", "new.html"])
                Put($"releases/{number}/{page}", $"{page} of {number}");
        }

        await connection.ApplyAsync(Resource.Deployments, Deployment(7), force: true, dryRun: false, default);
        Put("index.html", "index.html of 7");
        Put("new.html", "new.html of 7");
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await site.DisposeAsync();
        await store.DisposeAsync();
        await cdn.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task It_shows_both_releases_and_what_will_happen_before_it_asks()
    {
        var error = await run.FailAsync(Rollback(confirm: false));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        string[] expected =
        [
            "I From     release 7 (1.7.0), commit aaaaaaaaaaaa, Succeeded",
            "I          by ann@laptop, 2026-03-01 19:00 UTC",
            "I          image sha256:777777777777, schema (not recorded)",
            "I Back to  release 6 (1.6.0), commit aaaaaaaaaaaa, Succeeded",
            "I          by ann@laptop, 2026-03-01 18:00 UTC",
            "I          image sha256:666666666666, schema (not recorded)",
            "I Pages    2 pages (index.html, new.html) switched to those of release 6",
            "I Pods     1 object (Deployment/api) applied again, image sha256:666666666666",
            "I Schema   there is no database",
        ];
        Assert.Equal(expected, run.Log.Skip(1));
        Assert.StartsWith("Rollback of test from release 7 (1.7.0) to release 6 (1.6.0)", Assert.Single(asked), StringComparison.Ordinal);
        Assert.Equal("registry/api@sha256:7", LiveImage);
        Assert.Empty(store.Requests);
    }

    [Fact]
    public async Task Pages_go_back_before_pods_and_the_evidence_is_kept_before_either_pod_is_touched()
    {
        await run.RunAsync(Rollback());

        Assert.Equal("index.html of 6", Live("index.html"));
        Assert.Equal("registry/api@sha256:6", LiveImage);
        Assert.Equal(["index.html", "new.html"], store.Changes.Select(c => c.Split(' ')[1]).Order(StringComparer.Ordinal));
        Assert.Contains(run.Log, l => l.StartsWith("I The evidence, taken before anything is put back", StringComparison.Ordinal));
        await run.NextAsync();
        var record = await LatestAsync();
        Assert.Equal((8, ReleaseOutcome.Succeeded, new RollbackRange(7, 6)), (record.Number, record.Outcome, record.Rollback));
        Assert.Equal(["the pages of release 6", "the pods and configuration of release 6 (1.6.0)"], record.Incident!.PutBack.Select(p => p.What));
        Assert.True(File.Exists(Path.Combine(run.Evidence!, "incident-8.html")));
        Assert.True(File.Exists(Path.Combine(run.Evidence!, record.Incident.Evidence!)));
    }

    [Fact]
    public async Task A_store_that_is_down_does_not_keep_the_pods_from_going_back()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var error = await run.FailAsync(Rollback(storage: $"http://127.0.0.1:{port}"));

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.StartsWith("The rollback to release 6 is not complete: \n  - the pages are not back", error.Message.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains($"\n  - the API serves 1.6.0 again: {site.Address}/health\nRun ./build.sh Rollback again", error.Message.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal("registry/api@sha256:6", LiveImage);
        await run.NextAsync();
        var record = await LatestAsync();
        Assert.Equal(ReleaseOutcome.NotPutBack, record.Outcome);
        Assert.Null(record.Frontend);
        Assert.Contains(record.Incident!.PutBack, p => p is { What: "the pages of release 6", WhyNot: not null });
    }

    [Fact]
    public async Task Repeating_it_brings_back_what_was_missing_and_nothing_twice()
    {
        store.Broken = (403, "AccessDenied");
        await run.FailAsync(Rollback());
        await run.NextAsync();
        store.Broken = null;
        workloads.Changes.Clear();
        await run.RunAsync(Rollback());

        Assert.Equal("index.html of 6", Live("index.html"));
        Assert.Empty(workloads.Changes);
        Assert.Contains("left alone   the cluster: already as release 6 left it", run.Summary);
    }

    [Fact]
    public async Task A_CDN_that_was_not_told_is_told_when_it_is_repeated()
    {
        cdn.Broken = (503, "ServiceUnavailable");
        var error = await run.FailAsync(Rollback());
        Assert.Contains("- the CDN was not told to forget the newer pages", error.Message, StringComparison.Ordinal);
        await run.NextAsync();
        cdn.Broken = null;
        store.Changes.Clear();
        await run.RunAsync(Rollback());

        Assert.Empty(store.Changes);
        Assert.Equal(["/", "/index.html", "/new.html"], Assert.Single(cdn.Invalidations).Value.Order(StringComparer.Ordinal));
        Assert.Contains("changed      the CDN: asked to forget 3 paths", run.Summary);
    }

    [Fact]
    public async Task Pages_that_are_no_longer_kept_are_named_with_what_to_do()
    {
        store.Objects.TryRemove("releases/6/index.html", out _);
        var error = await run.FailAsync(Rollback());

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.Contains("no longer holds 'releases/6/index.html', a page of release 6", error.Message, StringComparison.Ordinal);
        Assert.Equal("registry/api@sha256:6", LiveImage);
        Assert.Equal("index.html of 7", Live("index.html"));
    }

    [Fact]
    public async Task A_release_that_published_none_goes_back_to_the_pages_that_it_served_with()
    {
        await RecordAsync(Released(6) with { Frontend = null });
        await RecordAsync(Released(5), isNew: true);
        Put("releases/5/index.html", "index.html of 5");
        Put("releases/5/new.html", "new.html of 5");
        await run.RunAsync(Rollback());

        Assert.Equal("index.html of 5", Live("index.html"));
        Assert.Contains("changed      the pages: 2 switched to release 5", run.Summary);
    }

    [Fact]
    public async Task Where_no_release_kept_the_pages_the_newer_ones_stay_and_it_says_so()
    {
        await RecordAsync(Released(6) with { Frontend = null });
        var error = await run.FailAsync(Rollback());

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.Contains("the pages stay those of the newer release, for release 6 kept none. Publish them from its commit, aaaaaaaaaaaa", error.Message, StringComparison.Ordinal);
        Assert.Equal("registry/api@sha256:6", LiveImage);
    }

    [Fact]
    public async Task Without_its_manifests_nothing_is_begun()
    {
        using (var connection = ClusterConnection.Open(cluster.Options))
            await new ManifestArchive(connection).DeleteAsync(6, default);
        var error = await run.FailAsync(Rollback());

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Contains("The manifests of release 6 are not kept", error.Message, StringComparison.Ordinal);
        Assert.Equal("index.html of 7", Live("index.html"));
        Assert.Equal(7, (await LatestAsync()).Number);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_does_not_keep_the_others_from_going_back()
    {
        cluster.Put("api/v1/namespaces/product/configmaps/pipeline-release-5", new()
        {
            ["metadata"] = new JsonObject { ["name"] = "pipeline-release-5", ["labels"] = new JsonObject { ["pipeline/record"] = "release" } },
            ["data"] = new JsonObject { ["release.json"] = "{" },
        });
        await run.RunAsync(Rollback());

        Assert.Equal("registry/api@sha256:6", LiveImage);
        Assert.Single(run.Log, l => l.StartsWith("W Left out: The record ConfigMap/pipeline-release-5 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Both_pods_and_pages_that_are_not_back_are_named()
    {
        store.Broken = (403, "AccessDenied");
        workloads.Controller = _ => { };
        var error = await run.FailAsync(Rollback(timeout: "1s"));

        Assert.Contains("- the pods are not back: Deployment/api was not rolled out within 1 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("- the pages are not back: The bucket 'site'", error.Message, StringComparison.Ordinal);
    }

    private static Release Released(int number) => Given.Good(number) with
    {
        WithoutDatabase = "the test says so",
        Image = new ImageResult("registry/api", $"1.{number}.0", $"sha256:{new string($"{number}"[0], 64)}", ""),
        Rollout = new RolloutResult([new AppliedObject("apps/v1", "Deployment", "api", RolloutRevision: "1")], 1),
        Frontend = new FrontendResult(
            "site", $"releases/{number}/",
            ImmutableSortedDictionary<string, string>.Empty.Add("index.html", $"i{number}").Add("new.html", $"n{number}"), ["index.html", "new.html"], ["index.html", "new.html"], 2),
    };

    private static JsonObject Deployment(int number) => LoopbackWorkloads.Yaml($$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api, labels: {pipeline/applied: test}, annotations: {} }
        spec:
          replicas: 1
          selector: {matchLabels: {app: api} }
          template: {metadata: {labels: {app: api} }, spec: {containers: [{name: api, image: 'registry/api@sha256:{{number}}'}] } }
        """);

    private string? LiveImage => workloads.Find(Resource.Deployments, "api").At("spec", "template", "spec").Items("containers").Single().Text("image");

    private string Live(string key) => Encoding.UTF8.GetString(store.Objects[key].Content);

    private void Put(string key, string content) => store.Objects[key] = new SiteObject(Encoding.UTF8.GetBytes(content), "no-cache", "text/html", null);

    private async Task RecordAsync(Release release, bool isNew = false)
    {
        using var connection = ClusterConnection.Open(cluster.Options);
        var records = new RecordStore(connection);
        await records.ReadAsync(default);
        if (isNew)
            await records.TryCreateAsync(release, default);
        else
            await records.WriteAsync(release, default);
    }

    private async Task<Release> LatestAsync()
    {
        using var connection = ClusterConnection.Open(cluster.Options);
        return (await new RecordStore(connection).ReadAsync(default)).Latest!;
    }

    private RollbackStep Rollback(bool confirm = true, string? storage = null, string timeout = "30s") => new(
        new RollbackOptions
        {
            Confirm = sentence =>
            {
                asked.Add(sentence);
                return confirm;
            },
        },
        new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api", RolloutTimeout = timeout },
        store.Options(folder.Path) with { ApiUrl = site.Address, Storage = new ObjectStoreOptions { StorageEndpoint = storage ?? $"http://{store.Authority}" } },
        cdn.Options,
        new VerificationOptions { ApiUrl = site.Address, SiteUrl = site.Address, VerifyTimeout = "5s" },
        new SchemaReturnOptions { Database = new() });
}

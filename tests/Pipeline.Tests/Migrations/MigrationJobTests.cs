using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Migrations;

public sealed class MigrationJobTests : IAsyncLifetime
{
    private const string Name = "migrate-7-upgrade";
    private readonly FakeTimeProvider time = new();
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackWorkloads workloads;
    private readonly TemporaryFolder folder = new();
    private readonly PipelineSession session;
    private readonly List<string> lines = [];
    private string timeout = "1000h";
    // Of the fake clock for 5 ms of the machine's: limits of seconds must not pass while a loaded machine answers.
    private TimeSpan pace = TimeSpan.FromMilliseconds(20);
    private ClusterConnection connection = null!;

    public MigrationJobTests()
    {
        session = new PipelineSession(time);
        workloads = new LoopbackWorkloads(cluster) { Controller = Succeed };
        folder.Write("migration-job.yaml", """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: migrate, labels: {team: data}}
            spec: {template: {spec: {containers: [{name: proxy, image: sql-proxy}, {name: migrate, image: team/api, command: [x], args: [y]}]}}}
            """);
    }

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options);
        await session.Ledger.UpdateAsync(r => r with { Number = 7, Image = new ImageResult("team/api", "1.4.2", "sha256:1", "") }, default);
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await session.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_job_runs_the_command_in_the_releases_image_and_hands_on_what_it_prints()
    {
        workloads.Logs[$"{Name}-pod/migrate"] = "first\n  second\n";

        Assert.Null(await RunAsync());

        Assert.Equal(["first", "  second"], lines);
        var job = workloads.Find(Resource.Jobs, Name)!;
        Assert.Equal("""{"team":"data","pipeline/migration":"7"}""", job.At("metadata", "labels")!.ToJsonString());
        var containers = PodTemplate.Containers(job).ToList();
        Assert.Equal("""{"name":"proxy","image":"sql-proxy"}""", containers[0].ToJsonString());
        Assert.Equal("""{"name":"migrate","image":"team/api@sha256:1","command":["alembic","upgrade","bbbb"]}""", containers[1].ToJsonString());
    }

    [Fact]
    public async Task A_container_that_fails_is_named_with_node_exit_code_and_signal()
    {
        workloads.Logs[$"{Name}-pod/migrate"] = "psycopg2.errors.LockNotAvailable\n";
        workloads.Controller = j => End(j, "Failed", "{terminated: {reason: OOMKilled, exitCode: 137}}");

        var failure = await RunAsync();

        Assert.Equal($"Pod/{Name}-pod on node worker-1, container 'migrate': OOMKilled, exit code 137 (SIGKILL)", failure!.Sentence);
        Assert.Equal(["    log  psycopg2.errors.LockNotAvailable", $"  hint  {VerdictRules.OomKilled.Hint}"], failure.Evidence);
        Assert.Equal(["psycopg2.errors.LockNotAvailable"], lines);
    }

    [Fact]
    public async Task A_job_that_failed_without_a_pod_says_the_clusters_words()
    {
        workloads.Controller = j => PutJob(j, "conditions: [{type: Failed, status: 'True', reason: DeadlineExceeded, message: was active too long}]");

        var failure = await RunAsync();

        Assert.Equal($"Job/{Name}: DeadlineExceeded, was active too long", failure!.Sentence);
        Assert.Equal([$"  hint  {VerdictRules.DeadlineExceeded.Hint}"], failure.Evidence);
    }

    [Fact]
    public async Task A_finished_job_of_the_same_name_makes_room_and_its_pod_is_not_taken_for_the_new_one()
    {
        var old = Job("old", "conditions: [{type: Failed, status: 'True'}]");
        workloads.Put(Resource.Jobs, old);
        PutPod(old, "zz-old", "{terminated: {exitCode: 1}}", "Failed");
        workloads.Logs["zz-old/migrate"] = "old\n";
        workloads.Logs[$"{Name}-pod/migrate"] = "new\n";

        Assert.Null(await RunAsync());

        Assert.Equal(["new"], lines);
        Assert.Equal([$"delete Job/{Name}", $"create Job/{Name}"], workloads.Changes);
    }

    [Fact]
    public async Task A_job_of_the_same_name_that_still_runs_is_joined()
    {
        var running = Job("running", "active: 1");
        workloads.Put(Resource.Jobs, running);
        PutPod(running, "runs", "{running: {}}", "Running");
        workloads.Follow = async http =>
        {
            await http.Response.WriteAsync("one\n");
            workloads.Put(Resource.Jobs, Job("running", "conditions: [{type: Complete, status: 'True'}]"));
        };

        Assert.Null(await RunAsync());

        Assert.Equal(["one"], lines);
        Assert.Empty(workloads.Changes);
    }

    [Fact]
    public async Task A_log_that_breaks_off_is_taken_up_again_and_no_line_comes_twice()
    {
        var follows = 0;
        workloads.Controller = j => Start(j);
        workloads.Follow = async http =>
        {
            await http.Response.WriteAsync("one\ntwo\n");
            await http.Response.Body.FlushAsync();
            if (++follows == 1)
                http.Abort();
            await http.Response.WriteAsync("three\n");
            End(workloads.Find(Resource.Jobs, Name)!, "Complete", "{terminated: {exitCode: 0}}");
        };

        Assert.Null(await RunAsync());

        Assert.Equal(["one", "two", "three"], lines);
    }

    [Fact]
    public async Task A_log_that_must_not_be_read_ends_no_migration()
    {
        cluster.Forbidden.Add(Resource.Pods.PathIn("product", $"{Name}-pod") + "/log");

        Assert.Null(await RunAsync());
        Assert.Empty(lines);
    }

    [Fact]
    public async Task A_job_that_only_reads_has_changed_nothing_however_long_it_takes()
    {
        workloads.Controller = j => Start(j);
        workloads.Follow = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        timeout = "10m";
        pace = TimeSpan.FromSeconds(10);

        Assert.Equal(ExitCode.Failed, (await Assert.ThrowsAsync<FailureException>(() => RunAsync(changesSchema: false))).ExitCode);
    }

    [Fact]
    public async Task A_migration_that_takes_too_long_goes_on_and_says_how_to_watch_it()
    {
        workloads.Controller = j => Start(j);
        workloads.Follow = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        timeout = "10m";
        pace = TimeSpan.FromSeconds(10);

        var error = await Assert.ThrowsAsync<FailureException>(() => RunAsync());

        Assert.Equal(ExitCode.NotPutBack, error.ExitCode);
        Assert.Equal($"Job/{Name} did not end within 10 min (--migration-timeout) and still runs. Watch it with 'kubectl -n product logs -f job/{Name}', then run the same command again: it joins the Job.", error.Message);
        Assert.NotNull(workloads.Find(Resource.Jobs, Name));
    }

    [Fact]
    public async Task A_job_that_cannot_start_is_removed_so_that_it_migrates_on_no_later_day()
    {
        workloads.Controller = j => PutPod(j, $"{Name}-pod", "{waiting: {reason: ErrImagePull, message: 'not found'}}", "Pending");

        var error = await Assert.ThrowsAsync<FailureException>(() => RunAsync());

        Assert.Equal($"Job/{Name} cannot start: Pod/{Name}-pod on node worker-1, container 'migrate': ErrImagePull (not found). It was removed; nothing was migrated.{Environment.NewLine}  hint  {VerdictRules.ImageNotFound.Hint}", error.Message);
        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Null(workloads.Find(Resource.Jobs, Name));
    }

    [Fact]
    public async Task A_job_that_somebody_deletes_is_a_failure()
    {
        workloads.Controller = j => cluster.Objects.TryRemove(Resource.Jobs.PathIn("product", j.Name()), out _);

        var error = await Assert.ThrowsAsync<FailureException>(() => RunAsync());

        Assert.Equal($"Job/{Name} was deleted by somebody while it ran.", error.Message);
    }

    [Fact]
    public async Task A_quiet_migration_asks_for_nothing_but_watches_and_its_log()
    {
        var quiet = new TaskCompletionSource();
        workloads.Controller = j => Start(j);
        workloads.Follow = async http =>
        {
            await http.Response.StartAsync();
            await quiet.Task;
            End(workloads.Find(Resource.Jobs, Name)!, "Complete", "{terminated: {exitCode: 0}}");
        };
        var asked = new ConcurrentQueue<string>();
        cluster.Before = http =>
        {
            asked.Enqueue($"{http.Request.Method} {(http.Request.Query.ContainsKey("watch") ? "watch " : "")}{http.Request.Path.Value!.Split('/')[^1]}");
            return Task.FromResult(false);
        };
        var work = Migration.RunAsync("upgrade", ["alembic", "upgrade", "bbbb"], changesSchema: true, lines.Add, default);
        while (!asked.Contains("GET log") || asked.Count(a => a == "GET watch events") < 2)
            await Task.Delay(10);
        var before = asked.Count(a => !a.StartsWith("GET watch", StringComparison.Ordinal));

        for (var minute = 0; minute < 20; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(20);
        }

        Assert.Equal(before, asked.Count(a => !a.StartsWith("GET watch", StringComparison.Ordinal)));
        quiet.SetResult();
        while (!work.IsCompleted)
        {
            time.Advance(pace);
            await Task.WhenAny(work, Task.Delay(5));
        }

        Assert.Null(await work);
    }

    [Fact]
    public async Task An_attempt_that_began_lets_nobody_say_that_nothing_was_migrated()
    {
        workloads.Controller = j => PutPod(j, $"{Name}-pod", "{waiting: {reason: ErrImagePull, message: 'not found'}}, lastState: {terminated: {exitCode: 1}}", "Pending");

        var failure = await RunAsync();

        Assert.Equal($"Job/{Name} cannot go on after an attempt that failed: Pod/{Name}-pod on node worker-1, container 'migrate': ErrImagePull, exit code 1 (not found). It was removed", failure!.Sentence);
    }

    [Fact]
    public async Task A_template_without_the_image_is_refused()
    {
        folder.Write("migration-job.yaml", "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {containers: [{name: a, image: redis}]}}}}");

        var error = await Assert.ThrowsAsync<UsageException>(() => RunAsync());

        Assert.Equal("No container in 'migration-job.yaml' has the image 'team/api'. Check --image-repository.", error.Message);
        Assert.Empty(workloads.Changes);
    }

    [Fact]
    public async Task The_jobs_of_earlier_releases_are_forgotten_unless_they_run_or_wait_for_the_end_of_their_pod()
    {
        var going = Labelled("migrate-4-upgrade", 4, "");
        going["metadata"]!["deletionTimestamp"] = "2026-03-01T12:00:00Z";
        workloads.Put(Resource.Jobs, going);
        workloads.Put(Resource.Jobs, Labelled("migrate-5-upgrade", 5, ""));
        workloads.Put(Resource.Jobs, Labelled("migrate-6-upgrade", 6, "active: 1"));
        workloads.Put(Resource.Jobs, Labelled(Name, 7, ""));

        await Migration.DeleteOldAsync(default);

        Assert.Equal(["migrate-4-upgrade", "migrate-6-upgrade", Name], workloads.All(Resource.Jobs).Select(j => j.Name()));
    }

    private MigrationJob Migration => new(
        connection,
        new StepContext(session, new RunOptions(new ReleaseOptions { EnvironmentName = "test", Root = "." }, cluster.Options), Serilog.Core.Logger.None),
        new MigrationOptions
        {
            Database = new DatabaseOptions(),
            Manifests = new ManifestOptions { ManifestFolder = folder.Path, ImageRepository = "team/api" },
            MigrationTimeout = timeout,
        });

    private async Task<JobFailure?> RunAsync(bool changesSchema = true)
    {
        var work = Migration.RunAsync("upgrade", ["alembic", "upgrade", "bbbb"], changesSchema, lines.Add, default);
        while (!work.IsCompleted)
        {
            time.Advance(pace);
            await Task.WhenAny(work, Task.Delay(5));
        }

        return await work;
    }

    private void Start(JsonObject job) => PutPod(job, $"{job.Name()}-pod", "{running: {}}", "Running");

    private void Succeed(JsonObject job) => End(job, "Complete", "{terminated: {exitCode: 0}}");

    private void End(JsonObject job, string condition, string state)
    {
        PutPod(job, $"{job.Name()}-pod", state, condition == "Complete" ? "Succeeded" : "Failed");
        PutJob(job, $"conditions: [{{type: {condition}, status: 'True'}}]");
    }

    private void PutJob(JsonObject job, string status)
    {
        var copy = (JsonObject)job.DeepClone();
        copy["status"] = LoopbackWorkloads.Yaml($"{{{status}}}");
        workloads.Put(Resource.Jobs, copy);
    }

    private void PutPod(JsonObject job, string name, string state, string phase) => workloads.Put(Resource.Pods, LoopbackWorkloads.Yaml($$"""
        metadata: {name: {{name}}, labels: {job-name: {{job.Name()}} }, ownerReferences: [{uid: {{job.Text("metadata", "uid")}} }] }
        spec: {nodeName: worker-1}
        status: {phase: {{phase}}, containerStatuses: [{name: proxy, state: {running: {} } }, {name: migrate, state: {{state}} }] }
        """));

    private static JsonObject Job(string uid, string status) => LoopbackWorkloads.Yaml($$"""
        metadata: {name: {{Name}}, uid: {{uid}} }
        status: { {{status}} }
        """);

    private static JsonObject Labelled(string name, int release, string status) => LoopbackWorkloads.Yaml($$"""
        metadata: {name: {{name}}, labels: {pipeline/migration: '{{release}}'} }
        status: { {{status}} }
        """);
}

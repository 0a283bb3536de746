using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Serilog.Core;
using Xunit.Abstractions;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>Migrations with real pods on the test bed, run as Migrate runs them; not beside the others, for one node runs them all.</summary>
[Collection(nameof(LiveBed))]
public sealed class JobOnTheTestBedTests(ITestOutputHelper output)
{
    private const double Mark = 1;
    private const int Speed = 5;
    private const string Name = "migrate-7-upgrade";
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [SkippableFact]
    public async Task A_migration_that_succeeds_hands_on_what_it_printed() => Assert.Equal(["at bbbb"], await EndsAsync(
        new Attempt("{backoffLimit: 0}") { Script = "echo at bbbb" }, "\"type\":\"Complete\"", "^$"));

    [SkippableFact]
    public async Task An_attempt_that_fails_is_told_with_its_log() => Assert.Equal(["no such table"], await EndsAsync(
        new Attempt("{backoffLimit: 0}") { Script = "echo no such table; exit 3" }, "\"reason\":\"BackoffLimitExceeded\"",
        $"^Pod/{Name}-\\S+ on node \\S+, container 'api': Error, exit code 3\n.*    log  no such table\n.*hint  {VerdictRules.BackoffLimitExceeded.Hint}"));

    [SkippableFact]
    public async Task A_deadline_is_told_with_what_the_program_said_last() => Assert.Equal(["waits for a lock"], await EndsAsync(
        new Attempt("{activeDeadlineSeconds: 8}") { Script = "echo waits for a lock; sleep 1000" }, "\"reason\":\"DeadlineExceeded\",\"message\"",
        $"^Job/{Name}: DeadlineExceeded, .*    log  waits for a lock\n.*hint  {VerdictRules.DeadlineExceeded.Hint}"));

    [SkippableFact]
    public async Task An_image_that_is_not_there_ends_the_migration_at_once() => Assert.Empty(await EndsAsync(
        new Attempt("{backoffLimit: 0}") { Image = LiveImage.Absent, CanStart = false }, "\"reason\":\"ErrImagePull\"",
        $"^Job/{Name} cannot start: Pod/{Name}-\\S+ on node \\S+, container 'api': ErrImagePull .*not found.* It was removed; nothing was migrated\\..*hint  {VerdictRules.ImageNotFound.Hint}"));

    [SkippableFact]
    public async Task A_secret_that_is_missing_has_its_grace() => Assert.Empty(await EndsAsync(
        new Attempt("{backoffLimit: 0}") { More = "{env: [{name: URL, valueFrom: {secretKeyRef: {name: absent, key: url}}}]}", CanStart = false },
        "\"reason\":\"CreateContainerConfigError\"",
        $"^Job/{Name} cannot start: .*container 'api': CreateContainerConfigError .*absent.*hint  {VerdictRules.CreateContainerConfigError.Hint}", VerdictRules.CreateContainerConfigError.Grace));

    private async Task<List<string>> EndsAsync(Attempt attempt, string sign, string says, TimeSpan grace = default)
    {
        Skip.IfNot(LiveCluster.IsThere, "the test bed is not switched on (TESTBED=1)");
        using var over = new CancellationTokenSource(Limit);
        await using var cluster = await LiveCluster.StartAsync(over.Token);
        await using var session = new PipelineSession(grace > TimeSpan.Zero ? new HurriedTime(Speed) : TimeProvider.System);
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, ManifestFiles.MigrationJob), attempt.Manifest(), over.Token);
        var image = attempt.Image ?? await LiveImage.PushAsync(over.Token);
        await session.Ledger.UpdateAsync(r => r with { Number = 7, Image = image }, over.Token);
        var seen = new LiveSign(cluster.Connection, sign);
        var reading = seen.ReadAsync(over.Token);
        var reminding = RemindAsync(cluster, over.Token);
        var lines = new List<string>();

        var text = await TextAsync(Migration(cluster.Connection, session, folder.Path), attempt, lines, over.Token);

        var late = Stopwatch.GetElapsedTime(seen.Seen!.Value).TotalSeconds;
        output.WriteLine($"{late:0.00} s after the sign:\n{text}");
        Assert.Equal(attempt.CanStart, await cluster.Connection.FindAsync(Resource.Jobs, Name, over.Token) is not null);
        await over.CancelAsync();
        await reading;
        await reminding.ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Matches("(?s)" + says.Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal), text);
        Assert.InRange(late, 0, Mark + (grace.TotalSeconds / Speed));
        return lines;
    }

    private static MigrationJob Migration(ClusterConnection cluster, PipelineSession session, string manifests) => new(
        cluster,
        new StepContext(session, new RunOptions(new ReleaseOptions { EnvironmentName = "test", Root = "." }, new ClusterOptions()), Logger.None),
        new MigrationOptions
        {
            Database = new DatabaseOptions(),
            Manifests = new ManifestOptions { ManifestFolder = manifests, ImageRepository = LiveImage.Name },
            MigrationTimeout = $"{Limit.TotalSeconds * Speed}s",
        });

    private static async Task<string> TextAsync(MigrationJob migration, Attempt attempt, List<string> lines, CancellationToken cancellation)
    {
        try
        {
            return await migration.RunAsync("upgrade", ["sh", "-c", attempt.Script], changesSchema: true, lines.Add, cancellation) is { } failure
                ? string.Join('\n', [failure.Sentence, .. failure.Evidence])
                : "";
        }
        catch (FailureException e)
        {
            return e.Message;
        }
    }

    // The controller of Kubernetes 1.20 now and then forgets a deadline until something changes about the Job.
    private static async Task RemindAsync(LiveCluster cluster, CancellationToken cancellation)
    {
        await Task.Delay(Reminder, cancellation);
        await cluster.KubectlAsync(["annotate", "job", Name, "reminded=yes"], null, cancellation);
    }

    /// <param name="Job">What the Job's spec says beside its pods.</param>
    private sealed record Attempt(string Job)
    {
        public string Script { get; init; } = "true";

        public ImageResult? Image { get; init; }

        public string More { get; init; } = "{}";

        public bool CanStart { get; init; } = true;

        // The file as a person writes it: the repository's name, and the release brings the digest.
        public string Manifest()
        {
            var job = YamlManifest.Parse("{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, terminationGracePeriodSeconds: 0}}}}", "test").Single();
            foreach (var (field, value) in YamlManifest.Parse(Job, "test").Single())
                job["spec"]![field] = value?.DeepClone();
            var container = new JsonObject { ["name"] = "api", ["image"] = LiveImage.Name, ["imagePullPolicy"] = "IfNotPresent" };
            foreach (var (field, value) in YamlManifest.Parse(More, "test").SingleOrDefault() ?? [])
                container[field] = value?.DeepClone();
            job["spec"]!["template"]!["spec"]!["containers"] = new JsonArray(container);
            return job.ToJsonString();
        }
    }
}

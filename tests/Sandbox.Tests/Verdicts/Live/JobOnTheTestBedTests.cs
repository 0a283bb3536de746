using System.Diagnostics;
using Pipeline.Cluster;
using Pipeline.Migrations;
using Pipeline.Rollouts;
using Serilog.Core;
using Xunit.Abstractions;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>Jobs with real pods on the test bed, watched as Migrate watches; not beside the others, for one node runs them all.</summary>
[Collection(nameof(LiveBed))]
public sealed class JobOnTheTestBedTests(ITestOutputHelper output)
{
    private const double Mark = 1;
    private const int Speed = 5;
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [SkippableFact]
    public Task An_attempt_that_fails_is_told_with_its_log() => EndsAsync(
        "{backoffLimit: 0}", "{command: [sh, -c, 'echo no such table; exit 3']}", "\"reason\":\"BackoffLimitExceeded\"", JobOutcome.Failed,
        "^Pod/migrate-\\S+ on node \\S+, container 'api': Error, exit code 3\n.*    log  no such table\n.*hint  " + VerdictRules.BackoffLimitExceeded.Hint);

    [SkippableFact]
    public Task A_deadline_is_told_with_what_the_program_said_last() => EndsAsync(
        "{activeDeadlineSeconds: 8}", "{command: [sh, -c, 'echo waits for a lock; sleep 1000']}", "\"reason\":\"DeadlineExceeded\",\"message\"", JobOutcome.Failed,
        "^Job/migrate: DeadlineExceeded, .*    log  waits for a lock\n.*hint  " + VerdictRules.DeadlineExceeded.Hint);

    [SkippableFact]
    public Task An_image_that_is_not_there_ends_the_wait_at_once() => EndsAsync(
        "{backoffLimit: 0}", "{image: 'localhost:5000/nobody/pushed-this:1'}", "\"reason\":\"ErrImagePull\"", JobOutcome.CannotStart,
        "^Pod/migrate-\\S+ on node \\S+, container 'api': ErrImagePull .*not found.*hint  " + VerdictRules.ImageNotFound.Hint);

    [SkippableFact]
    public Task A_secret_that_is_missing_has_its_grace() => EndsAsync(
        "{backoffLimit: 0}", "{command: [sleep, '1'], env: [{name: URL, valueFrom: {secretKeyRef: {name: absent, key: url}}}]}", "\"reason\":\"CreateContainerConfigError\"",
        JobOutcome.CannotStart, "container 'api': CreateContainerConfigError .*absent.*hint  " + VerdictRules.CreateContainerConfigError.Hint, VerdictRules.CreateContainerConfigError.Grace);

    private async Task EndsAsync(string spec, string container, string sign, JobOutcome outcome, string says, TimeSpan grace = default)
    {
        Skip.IfNot(LiveCluster.IsThere, "the test bed is not switched on (TESTBED=1)");
        using var over = new CancellationTokenSource(Limit);
        await using var cluster = await LiveCluster.StartAsync(over.Token);
        var time = grace > TimeSpan.Zero ? new HurriedTime(Speed) : TimeProvider.System;
        var seen = new LiveSign(cluster.Connection, sign);
        var reading = seen.ReadAsync(over.Token);
        var job = YamlManifest.Parse("{metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, terminationGracePeriodSeconds: 0}}}}", "test").Single();
        foreach (var (field, value) in YamlManifest.Parse(spec, "test").Single())
            job["spec"]![field] = value?.DeepClone();
        var given = YamlManifest.Parse(container, "test").Single();
        given["name"] = "api";
        given["image"] ??= "debian:bookworm-slim";
        given["imagePullPolicy"] = "IfNotPresent";
        job["spec"]!["template"]!["spec"]!["containers"] = new System.Text.Json.Nodes.JsonArray(given);

        var stored = await cluster.Connection.CreateAsync(Resource.Jobs, job, over.Token);
        var reminding = RemindAsync(cluster, over.Token);
        var end = await new JobWatch(cluster.Connection, Logger.None, time).FinishAsync(stored, "api", Limit * Speed, _ => { }, over.Token);
        var failure = await JobFailure.ReadAsync(cluster.Connection, TimeProvider.System, end, over.Token);

        var late = Stopwatch.GetElapsedTime(seen.Seen!.Value).TotalSeconds;
        await over.CancelAsync();
        await reading;
        await reminding.ContinueWith(_ => { }, TaskScheduler.Default);
        var text = string.Join('\n', [failure.Sentence, .. failure.Evidence]);
        output.WriteLine($"{late:0.00} s after the sign:\n{text}");
        Assert.Equal(outcome, end.Outcome);
        Assert.Matches("(?s)" + says.Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal), text);
        Assert.InRange(late, 0, Mark + (grace.TotalSeconds / Speed));
    }

    // The controller of Kubernetes 1.20 now and then forgets a deadline until something changes about the Job.
    private static async Task RemindAsync(LiveCluster cluster, CancellationToken cancellation)
    {
        await Task.Delay(Reminder, cancellation);
        await cluster.KubectlAsync(["annotate", "job", "migrate", "reminded=yes"], null, cancellation);
    }
}

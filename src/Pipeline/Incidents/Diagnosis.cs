using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Incidents;

/// <summary>
/// Collects what the cluster knows and writes it as one bundle. The same for a person who asks, and for a run that is about to put back
/// what it changed: only the time differs. Changes nothing in the cluster.
/// </summary>
/// <param name="folder">Where the bundle goes.</param>
/// <param name="context">The run: its clock, and the secrets that it knows.</param>
internal sealed class Diagnosis(string folder, StepContext context)
{
    // Users wait for the way back.
    private static readonly TimeSpan BeforeUndo = TimeSpan.FromSeconds(2);
    private readonly Evidence evidence = new();
    private ReleaseHistory? history;

    /// <summary>Keeps what would be gone once pods are replaced.</summary>
    public static async Task<DiagnosisResult> BeforeUndoAsync(string folder, StepContext context, ClusterConnection cluster)
    {
        var kept = await new Diagnosis(folder, context).TakeAsync(cluster, BeforeUndo, isEssential: true, CancellationToken.None);
        context.Log.Information("The evidence, taken before anything is put back, is in '{Bundle:l}'; read '{Summary:l}' first", kept.Bundle, kept.Summary);
        return kept;
    }

    /// <summary>Collects until everything is there, the time is over, or the run is cancelled, and writes what was had by then.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="limit">How long it may collect.</param>
    /// <param name="isEssential">Leaves out what is still there afterwards, and what pods would have to be asked.</param>
    /// <param name="cancellation">Ends the collecting.</param>
    public async Task<DiagnosisResult> TakeAsync(ClusterConnection cluster, TimeSpan limit, bool isEssential, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(limit, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        var objects = new ClusterObjects(cluster, evidence);
        var answers = new PodAnswers(cluster, evidence, context.Time);
        await Task.WhenAll(
            FromPodsAsync(cluster, objects, answers, isEssential, either.Token),
            objects.ReadAsync(Resource.Events, either.Token),
            objects.ReadAsync(Resource.ReplicaSets, either.Token),
            RecordAsync(cluster, either.Token),
            isEssential ? Task.CompletedTask : objects.ReadOthersAsync(either.Token));
        evidence.Add(null, "describe.md", Description.Of(objects));
        evidence.Add(null, "events.txt", string.Concat(EventList.InOrder(objects[Resource.Events]).Select(e => string.Join("  ", EventList.Row(e)) + "\n")));
        return await WriteAsync(cluster, objects, answers);
    }

    private async Task FromPodsAsync(ClusterConnection cluster, ClusterObjects objects, PodAnswers answers, bool isEssential, CancellationToken cancellation)
    {
        var secrets = new KnownSecrets(cluster, evidence, context.Hide);
        Resource[] workloads = [Resource.Deployments, Resource.Jobs, .. isEssential ? [] : ClusterObjects.OtherWorkloads];
        // A log waits for nothing but its pod: the time may not suffice for every event.
        await Task.WhenAll(workloads.Select(k => ThenAsync(k, found => secrets.ReadAsync(found, cancellation))).Append(ThenAsync(Resource.Pods, pods => Task.WhenAll(
            new ContainerLogs(cluster, evidence).ReadAsync(pods, cancellation),
            secrets.ReadAsync(pods, cancellation),
            isEssential ? Task.CompletedTask : answers.ReadAsync(pods, cancellation)))));
        await secrets.KeepAsync();

        async Task ThenAsync(Resource kind, Func<IReadOnlyList<JsonObject>, Task> then)
        {
            await objects.ReadAsync(kind, cancellation);
            await then(objects[kind]);
        }
    }

    private Task RecordAsync(ClusterConnection cluster, CancellationToken cancellation) => evidence.TryAsync("the record", async () =>
    {
        history = await new RecordStore(cluster).ReadAsync(cancellation);
        evidence.Add("record", "releases.json", JsonSerializer.Serialize(history.Releases, ReleaseJson.Default.IReadOnlyListRelease));
        if (history.Live is not { Rollout: not null } live)
            return;
        var manifests = await new ManifestArchive(cluster).ReadAsync(live.Number, cancellation);
        evidence.Add("record", $"manifests-of-release-{live.Number}.json", new JsonArray([.. manifests.Select(EvidenceMask.Without)]).ToJsonString());
    });

    private async Task<DiagnosisResult> WriteAsync(ClusterConnection cluster, ClusterObjects objects, PodAnswers answers)
    {
        var now = context.Time.GetUtcNow();
        var title = $"{context.Options.Release.EnvironmentName}: context {cluster.Context}, namespace {cluster.Namespace}";
        var summary = new DiagnosisSummary(objects, answers, history, now).Write(title, evidence);
        var name = $"diagnosis-{now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        // Masked at the very end: the last Secret that was read may stand in the first log.
        var path = await DiagnosisBundle.WriteAsync(folder, name, Masked(summary), evidence.Files.Select(f => KeyValuePair.Create(f.Key, Masked(f.Value))));
        return new DiagnosisResult(path, Standouts.In(objects, history), [.. evidence.Missing]);
    }

    private string Masked(string text) => EvidenceMask.Without(context.Redact(text));
}

/// <summary>What was collected.</summary>
/// <param name="Bundle">The zip; a summary stands beside it.</param>
/// <param name="Standouts">What is not as it should be.</param>
/// <param name="Missing">What could not be read: each reason with all that it kept away.</param>
internal sealed record DiagnosisResult(string Bundle, IReadOnlyList<string> Standouts, IReadOnlyList<(string Why, IReadOnlyList<string> What)> Missing)
{
    /// <summary>The readable page.</summary>
    public string Summary => Path.ChangeExtension(Bundle, ".md");
}

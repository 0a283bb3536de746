using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Incidents;

namespace Pipeline.Rollouts;

/// <summary>What the cluster knows about a failed rollout or Job, for a person: pods, nodes, last log lines, events, and one hint.</summary>
internal sealed class FailureEvidence(ClusterConnection cluster, TimeProvider time)
{
    private const int Pods = 3;
    private const int LogLines = 15;
    private const int Events = 8;
    // A node that does not answer must not delay the way back.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Everything that could be read in time, a line each. What cannot be read is left out, for the failure itself matters more.</summary>
    /// <param name="pods">Those that do not serve; the first three are told.</param>
    /// <param name="owner">The object that makes the pods, for its events; null when it is not known.</param>
    /// <param name="rule">The rule that decided; null when the time was over.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<IReadOnlyList<string>> OfAsync(IEnumerable<TroubledPod> pods, string? owner, VerdictRule? rule, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        var troubled = pods.Take(Pods).ToList();
        var names = troubled.Select(p => p.Name).Append(owner).OfType<string>().Distinct().ToList();
        var parts = await Task.WhenAll(troubled.Select(p => OfPodAsync(p, either.Token)).Append(OfEventsAsync(names, either.Token)));
        cancellation.ThrowIfCancellationRequested();
        var lines = parts.SelectMany(l => l).ToList();
        return [.. lines, .. Hint(rule, lines)];
    }

    private async Task<List<string>> OfPodAsync(TroubledPod pod, CancellationToken cancellation)
    {
        string[] said = pod.Sentence is null ? [] : [$"  {pod.Sentence}"];
        if (pod.Container is null)
            return [.. said];
        var runs = await InTimeAsync(PodLog.LastRunsAsync(cluster, pod.Name, pod.Container, LogLines, cancellation));
        return runs is null ? [.. said, "    log  (the node did not answer in time)"] :
            [.. said, .. EvidenceMask.WithoutIn(runs.Before).Select(l => $"    log of the run before  {l}"), .. EvidenceMask.WithoutIn(runs.Now).Select(l => $"    log  {l}")];
    }

    // Those of the whole namespace may be thousands.
    private async Task<List<string>> OfEventsAsync(List<string> names, CancellationToken cancellation)
    {
        var read = await Task.WhenAll(names.Select(n => InTimeAsync(OfObjectAsync(n, cancellation))));
        var late = names.Zip(read).Where(r => r.Second is null).Select(r => $"  event  {r.First} (its events could not be read in time)");
        return [.. late, .. read.SelectMany(e => e ?? []).Where(e => e.Text("type") != "Normal")
            .OrderBy(e => e.Text("lastTimestamp") ?? e.Text("eventTime"), StringComparer.Ordinal).TakeLast(Events)
            .Select(e => $"  event  {e.Text("involvedObject", "kind")}/{e.Text("involvedObject", "name")} {e.Text("reason")}{(e.Number("count") > 1 ? $" ×{e.Number("count")}" : "")}: {EvidenceMask.Without(e.Text("message")?.Trim() ?? "")}")];
    }

    private async Task<IReadOnlyList<JsonObject>> OfObjectAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await cluster.ListAsync(Resource.Events, null, $"involvedObject.name={name}", cancellation);
        }
        catch (FailureException)
        {
            // No right to see them, or a server that is away.
            return [];
        }
    }

    // Older engines start such a program all the same; only its log says what it is.
    private static IEnumerable<string> Hint(VerdictRule? rule, List<string> lines)
    {
        var told = lines.Exists(l => l.Contains("exec format error", StringComparison.OrdinalIgnoreCase)) ? VerdictRules.ExecFormatError : rule;
        return told is null ? [] : [$"  hint  {told.Hint}"];
    }

    private static async Task<T?> InTimeAsync<T>(Task<T> reading)
        where T : class
    {
        try
        {
            return await reading;
        }
        catch (Exception e) when (e is FailureException or OperationCanceledException)
        {
            return null;
        }
    }
}

/// <summary>A pod that does not do what it should.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Container">The container whose log tells more; null when it has none.</param>
/// <param name="Sentence">Pod, node and what is wrong; null where that was said already.</param>
internal sealed record TroubledPod(string Name, string? Container, string? Sentence)
{
    /// <summary>A pod with the worst that is wrong with it; null when nothing is known to be.</summary>
    public static TroubledPod Of(JsonObject pod, PodTrouble? trouble) => new(
        pod.Name(), trouble?.Container ?? pod.Items("spec", "containers").FirstOrDefault()?.Text("name"),
        trouble?.ToString() ?? $"Pod/{pod.Name()} on node {pod.Text("spec", "nodeName") ?? "(none)"}: not ready, {pod.Text("status", "phase")}");
}

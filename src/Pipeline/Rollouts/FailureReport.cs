using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Rollouts;

/// <summary>Tells a person what the cluster knows about a failed rollout: pods, nodes, last log lines, events, and one hint.</summary>
internal sealed class FailureReport(ClusterConnection cluster, TimeProvider time)
{
    private const int Pods = 3;
    private const int LogLines = 15;
    private const int Events = 8;
    // A node that does not answer must not delay the way back.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>The failure, with everything that could be read in time. What cannot be read is left out, for the failure itself matters more.</summary>
    /// <param name="view">What is known of the rollout.</param>
    /// <param name="sentence">The failure.</param>
    /// <param name="rule">The rule that decided; null when the time was over.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<FailureException> OfAsync(RolloutView view, string sentence, VerdictRule? rule, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        var troubled = view.NewPods.Where(p => !RolloutView.IsReady(p)).Take(Pods).ToList();
        var names = troubled.Select(p => p.Name()).Append(view.NewReplicaSet?.Name()).OfType<string>().ToHashSet();
        var parts = await Task.WhenAll(troubled.Select(p => OfPodAsync(view, p, either.Token)).Append(OfEventsAsync(names, either.Token)));
        cancellation.ThrowIfCancellationRequested();
        var lines = parts.SelectMany(l => l).ToList();
        return new FailureException(string.Join(Environment.NewLine, [sentence, .. lines, .. Hint(rule, lines)]));
    }

    private async Task<List<string>> OfPodAsync(RolloutView view, JsonObject pod, CancellationToken cancellation)
    {
        var trouble = view.TroublesOf(pod).FirstOrDefault();
        var said = $"  {trouble?.ToString() ?? $"Pod/{pod.Name()} on node {pod.Text("spec", "nodeName") ?? "(none)"}: not ready, {pod.Text("status", "phase")}"}";
        if ((trouble?.Container ?? pod.Items("spec", "containers").FirstOrDefault()?.Text("name")) is not { } container)
            return [said];
        var runs = await InTimeAsync(PodLog.LastRunsAsync(cluster, pod.Name(), container, LogLines, cancellation));
        return runs is null ? [said, "    log  (the node did not answer in time)"] :
            [said, .. runs.Before.Select(l => $"    log of the run before  {l}"), .. runs.Now.Select(l => $"    log  {l}")];
    }

    private async Task<List<string>> OfEventsAsync(HashSet<string> names, CancellationToken cancellation)
    {
        var all = await InTimeAsync(cluster.ListAsync(Resource.Events, null, cancellation)) ?? [];
        return [.. all.Where(e => names.Contains(e.Text("involvedObject", "name") ?? "") && e.Text("type") != "Normal")
            .OrderBy(e => e.Text("lastTimestamp") ?? e.Text("eventTime"), StringComparer.Ordinal).TakeLast(Events)
            .Select(e => $"  event  {e.Text("involvedObject", "kind")}/{e.Text("involvedObject", "name")} {e.Text("reason")}{(e.Number("count") > 1 ? $" ×{e.Number("count")}" : "")}: {e.Text("message")?.Trim()}")];
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

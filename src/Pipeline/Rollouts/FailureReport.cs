using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Rollouts;

/// <summary>Tells a person what the cluster knows about a failed rollout: pods, nodes, last log lines, events.</summary>
internal static class FailureReport
{
    private const int Pods = 3;
    private const int LogLines = 15;
    private const int Events = 8;

    /// <summary>The failure, with everything that could be read. What cannot be read is left out, for the failure itself matters more.</summary>
    public static async Task<FailureException> OfAsync(ClusterConnection cluster, RolloutView view, string sentence, CancellationToken cancellation)
    {
        var text = new StringBuilder(sentence);
        var troubled = view.NewPods.Where(p => !RolloutView.IsReady(p)).Take(Pods).ToList();
        foreach (var pod in troubled)
            await AddPodAsync(text, cluster, pod, cancellation);
        var names = troubled.Select(p => p.Name()).Append(view.NewReplicaSet?.Name()).OfType<string>().ToHashSet();
        foreach (var line in await EventsOfAsync(cluster, names, cancellation))
            text.AppendLine().Append("  event  ").Append(line);
        return new FailureException(text.ToString());
    }

    private static async Task AddPodAsync(StringBuilder text, ClusterConnection cluster, JsonObject pod, CancellationToken cancellation)
    {
        var troubles = PodTrouble.In(pod).ToList();
        text.AppendLine().Append("  ").Append(troubles.Count > 0 ? troubles[0] : $"Pod/{pod.Name()} on node {pod.Text("spec", "nodeName") ?? "(none)"}: not ready, {pod.Text("status", "phase")}");
        var container = troubles.FirstOrDefault()?.Container ?? pod.Items("spec", "containers").FirstOrDefault()?.Text("name");
        if (container is null)
            return;
        foreach (var line in await PodLog.TailAsync(cluster, pod.Name(), container, LogLines, cancellation))
            text.AppendLine().Append("    log  ").Append(line);
    }

    private static async Task<IReadOnlyList<string>> EventsOfAsync(ClusterConnection cluster, HashSet<string> names, CancellationToken cancellation)
    {
        try
        {
            var all = await cluster.ListAsync(Resource.Events, null, cancellation);
            return [.. all.Where(e => names.Contains(e.Text("involvedObject", "name") ?? "") && e.Text("type") != "Normal")
                .OrderBy(e => e.Text("lastTimestamp") ?? e.Text("eventTime"), StringComparer.Ordinal).TakeLast(Events)
                .Select(e => $"{e.Text("involvedObject", "kind")}/{e.Text("involvedObject", "name")} {e.Text("reason")}{(e.Number("count") > 1 ? $" ×{e.Number("count")}" : "")}: {e.Text("message")?.Trim()}")];
        }
        catch (FailureException)
        {
            return [];
        }
    }
}

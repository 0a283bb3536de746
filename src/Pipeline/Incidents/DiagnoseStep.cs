using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Rollouts;

namespace Pipeline.Incidents;

/// <summary>Collects in one folder what the cluster knows: objects, events, and each container's last log lines. Changes nothing.</summary>
/// <param name="folder">Where the evidence goes; a folder named after the moment is made in it.</param>
public sealed class DiagnoseStep(string folder) : IStep
{
    private const int LogLines = 200;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Resource[] Kinds = [Resource.Deployments, Resource.ReplicaSets, Resource.Pods, Resource.Events, Resource.Jobs, Resource.Leases];

    /// <inheritdoc />
    public string Name => "Diagnose";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var evidence = Path.Combine(folder, $"evidence-{context.Time.GetUtcNow():yyyyMMddTHHmmssZ}");
        Directory.CreateDirectory(evidence);
        await Task.WhenAll(Kinds.Select(k => KindAsync(cluster, k, evidence, context, cancellation)));
        context.Summary.Changed($"the evidence is in '{evidence}'");
    }

    private static async Task KindAsync(ClusterConnection cluster, Resource kind, string evidence, StepContext context, CancellationToken cancellation)
    {
        try
        {
            var found = await cluster.ListAsync(kind, null, cancellation);
            context.Log.Information("{Count} {Kind}", found.Count, kind.Plural);
            var text = new JsonArray([.. found.Select(EvidenceMask.Without)]).ToJsonString(Indented);
            await File.WriteAllTextAsync(Path.Combine(evidence, kind.Plural + ".json"), context.Redact(text), cancellation);
            if (kind == Resource.Pods)
                await Task.WhenAll(found.Select(p => PodAsync(cluster, p, evidence, context, cancellation)));
        }
        catch (ClusterRequestException e)
        {
            // One right that is missing must not hide the rest.
            context.Log.Warning("{Kind}: not collected, {Why}", kind.Plural, e.Message);
        }
    }

    private static async Task PodAsync(ClusterConnection cluster, JsonObject pod, string evidence, StepContext context, CancellationToken cancellation)
    {
        foreach (var trouble in PodTrouble.In(pod))
            context.Log.Warning("{Trouble}", trouble.ToString());
        foreach (var container in PodTemplate.ContainersOf(pod.At("spec")))
        {
            var lines = await PodLog.TailAsync(cluster, pod.Name(), container.Text("name")!, LogLines, cancellation);
            await File.WriteAllLinesAsync(Path.Combine(evidence, $"{pod.Name()}.{container.Text("name")}.log"), lines.Select(context.Redact), cancellation);
        }
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Rollouts;

/// <summary>A time in which no pod runs that uses the database.</summary>
/// <param name="cluster">Where they run.</param>
/// <param name="context">The run.</param>
internal sealed class PodsOutage(ClusterConnection cluster, StepContext context)
{
    private const string Before = "pipeline/replicas-before-outage";
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    // Longer than any pod is likely to take for what it has begun.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Scales every Deployment that runs an image of this repository to zero, and waits until its pods are gone.</summary>
    /// <exception cref="FailureException">A pod does not end.</exception>
    public async Task BeginAsync(string repository, CancellationToken cancellation)
    {
        var ours = (await cluster.ListAsync(Resource.Deployments, ManifestSet.AppliedLabel, cancellation)).Where(d => Runs(d, repository)).ToList();
        foreach (var deployment in ours)
            await ChangeAsync(deployment.Name(), live =>
            {
                if (live.Number("spec", "replicas") is > 0 and var count)
                    Annotations(live)[Before] = count.ToString(CultureInfo.InvariantCulture);
                live["spec"]!["replicas"] = 0;
            }, cancellation);
        foreach (var deployment in ours)
            await GoneAsync(deployment, cancellation);
    }

    /// <summary>Gives a Deployment that was left at zero, because the manifests leave that to an autoscaler, the pods that it had.</summary>
    /// <param name="applied">The Deployment as the cluster stored it.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <returns>The same as it is stored then.</returns>
    public async Task<JsonObject> EndAsync(JsonObject applied, CancellationToken cancellation) =>
        applied.At("metadata", "annotations").Text(Before) is not { } count ? applied : await ChangeAsync(applied.Name(), live =>
        {
            Annotations(live).Remove(Before);
            if (live.Number("spec", "replicas") == 0)
                live["spec"]!["replicas"] = int.Parse(count, CultureInfo.InvariantCulture);
        }, cancellation);

    private static bool Runs(JsonObject deployment, string repository) => PodTemplate.Containers(deployment)
        .Any(c => c.Text("image") is { } image && (image.StartsWith($"{repository}@", StringComparison.Ordinal) || image.StartsWith($"{repository}:", StringComparison.Ordinal)));

    private static JsonObject Annotations(JsonObject live)
    {
        if (live["metadata"]!["annotations"] is not JsonObject)
            live["metadata"]!["annotations"] = new JsonObject();
        return (JsonObject)live["metadata"]!["annotations"]!;
    }

    // The cluster's own controllers write to objects at any time.
    private async Task<JsonObject> ChangeAsync(string name, Action<JsonObject> change, CancellationToken cancellation)
    {
        while (true)
        {
            var live = await cluster.FindAsync(Resource.Deployments, name, cancellation) ?? throw new FailureException($"Deployment/{name} was deleted by somebody meanwhile.");
            change(live);
            try
            {
                return await cluster.ReplaceAsync(Resource.Deployments, live, cancellation);
            }
            catch (ClusterRequestException e) when (e.IsConflict)
            {
            }
        }
    }

    private async Task GoneAsync(JsonObject deployment, CancellationToken cancellation)
    {
        var labels = (deployment.At("spec", "selector", "matchLabels") ?? []).Select(l => $"{l.Key}={l.Value}");
        var since = context.Time.GetTimestamp();
        while ((await cluster.ListAsync(Resource.Pods, string.Join(',', labels), cancellation)).FirstOrDefault(p => p.Text("status", "phase") is not ("Succeeded" or "Failed")) is { } pod)
        {
            if (context.Time.GetElapsedTime(since) >= Limit)
                throw new FailureException($"Pod/{pod.Name()} on node {pod.Text("spec", "nodeName")} did not end within {DurationText.Of(Limit)}, and may still use the schema. Is that node alive? Once it is certain that the pod is dead, delete it by force, then run the same command again.", ExitCode.NotPutBack);
            await Task.Delay(Poll, context.Time, cancellation);
        }
    }
}

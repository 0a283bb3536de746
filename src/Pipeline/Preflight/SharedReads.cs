using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Images;
using Pipeline.Rollouts;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>What several checks look at: read once for all of them.</summary>
/// <param name="manifests">Where the manifests are.</param>
/// <param name="image">Which image they get.</param>
internal sealed class SharedReads(ManifestOptions manifests, ImageOptions image)
{
    private static readonly Resource Nodes = new("v1", "Node", "nodes", IsNamespaced: false);
    private readonly Lock gate = new();
    private Task<IReadOnlyList<JsonObject>>? files;
    private Task<IReadOnlyList<(JsonObject Manifest, Resource? Resource)>>? kinds;
    private Task<IReadOnlyList<DryRun>>? dryRuns;
    private Task<IReadOnlyList<JsonObject>>? nodes;

    /// <summary>Everything that the release applies, complete, and the migration's Job.</summary>
    /// <exception cref="Errors.UsageException">A file is malformed.</exception>
    public Task<IReadOnlyList<JsonObject>> ManifestsAsync(StepContext context, CancellationToken cancellation) =>
        Once(ref files, () => ReadManifestsAsync(context, cancellation));

    /// <summary>Each manifest and its kind as the cluster serves it; null where it does not.</summary>
    public Task<IReadOnlyList<(JsonObject Manifest, Resource? Resource)>> KindsAsync(StepContext context, CancellationToken cancellation) =>
        Once(ref kinds, () => ReadKindsAsync(context, cancellation));

    /// <summary>What the server makes of each manifest whose kind it serves.</summary>
    public Task<IReadOnlyList<DryRun>> DryRunsAsync(StepContext context, CancellationToken cancellation) =>
        Once(ref dryRuns, () => RunDryAsync(context, cancellation));

    /// <summary>Every node of the cluster.</summary>
    public Task<IReadOnlyList<JsonObject>> NodesAsync(StepContext context, CancellationToken cancellation) =>
        Once(ref nodes, async () => await (await context.ClusterAsync(cancellation)).ListAsync(Nodes, null, cancellation));

    private Task<T> Once<T>(ref Task<T>? kept, Func<Task<T>> read)
    {
        lock (gate)
            return kept ??= read();
    }

    private async Task<IReadOnlyList<JsonObject>> ReadManifestsAsync(StepContext context, CancellationToken cancellation)
    {
        var environment = context.Options.Release.EnvironmentName!;
        var cluster = await context.ClusterAsync(cancellation);
        var found = await ManifestFiles.ReadAsync(manifests, environment, cluster.Namespace, cancellation);
        // Before the image is built there is no digest; the server takes any that looks like one.
        var built = context.Ledger.Current.Image ?? new ImageResult(image.Repository, "", $"sha256:{new string('0', 64)}", "");
        var job = ManifestFiles.ReadMigrationJob(manifests);
        ManifestSet.SetImage(job, manifests.ImageRepository, built.Reference);
        job["metadata"]!["name"] = $"{job.Name()}-preflight";
        return [.. ManifestSet.Of(found, manifests, context.Ledger.Current with { Environment = environment }, built).Objects, job];
    }

    private async Task<IReadOnlyList<(JsonObject Manifest, Resource? Resource)>> ReadKindsAsync(StepContext context, CancellationToken cancellation)
    {
        var discovery = new Discovery(await context.ClusterAsync(cancellation));
        var served = new List<(JsonObject, Resource?)>();
        foreach (var manifest in await ManifestsAsync(context, cancellation))
            served.Add((manifest, await discovery.FindAsync(manifest.Text("apiVersion")!, manifest.Kind(), cancellation)));
        return served;
    }

    private async Task<IReadOnlyList<DryRun>> RunDryAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        // The first release takes over what was applied by hand.
        var takeOver = manifests.TakeOverFields || (await context.HistoryAsync(cancellation)).IsByHand;
        var autoscaled = await Autoscaled.ReadAsync(cluster, new Discovery(cluster), [.. await ManifestsAsync(context, cancellation)], cancellation);
        var served = (await KindsAsync(context, cancellation)).Where(k => k.Resource is not null);
        return await Task.WhenAll(served.Select(k => RunDryAsync(cluster, k.Resource!, k.Manifest, autoscaled, takeOver, cancellation)));
    }

    private static async Task<DryRun> RunDryAsync(ClusterConnection cluster, Resource resource, JsonObject manifest, Autoscaled autoscaled, bool takeOver, CancellationToken cancellation)
    {
        var live = await cluster.FindAsync(resource, manifest.Name(), cancellation);
        var sent = autoscaled.Ours(manifest, live);
        try
        {
            var answer = resource == Resource.Jobs
                ? await CreateDryAsync(cluster, resource, sent, cancellation)
                : await cluster.ApplyAsync(resource, sent, takeOver, dryRun: true, cancellation);
            return new DryRun(sent, live, answer, null);
        }
        catch (ClusterRequestException e) when (!e.LacksRight)
        {
            return new DryRun(sent, live, null, e);
        }
    }

    // A Job is created, never applied: the right to patch it is not needed and perhaps not given.
    private static async Task<JsonObject> CreateDryAsync(ClusterConnection cluster, Resource resource, JsonObject job, CancellationToken cancellation)
    {
        using var content = new StringContent(job.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return await cluster.SendAsync(HttpMethod.Post, $"{resource.PathIn(cluster.Namespace)}?dryRun=All", content, cancellation);
    }
}

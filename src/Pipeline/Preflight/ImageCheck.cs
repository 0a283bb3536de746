using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Images;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The release's image is at the registry, by digest, for the processors of the nodes that its pods may run on.</summary>
/// <param name="options">The registry.</param>
/// <param name="shared">Workloads and nodes.</param>
internal sealed class ImageCheck(ImageOptions options, SharedReads shared) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.Image;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        if (context.Ledger.Current.Image is not { } image)
            return new Finding(Name, FindingState.NotChecked, "not built yet");
        using var registry = await RegistryClient.OpenAsync(options, context, cancellation);
        if (await registry.FindPlatformsAsync(image.Digest, cancellation) is not { } platforms)
            return new Finding(Name, FindingState.Failed, $"{image.Reference} is not at the registry.", "Run ./build.sh PushImage again.");
        var found = $"{image.Reference} for {string.Join(", ", platforms)}";
        try
        {
            var foreign = (await NodesAsync(context, cancellation)).Where(n => !platforms.Contains(PlatformOf(n))).Select(n => $"{n.Name()} ({PlatformOf(n)})").ToList();
            return foreign.Count == 0
                ? new Finding(Name, FindingState.Passed, found)
                : new Finding(Name, FindingState.Failed, $"{found}; its pods may come to {string.Join(", ", foreign)}, which cannot run it.", "Build for that platform (--image-platform), or keep the pods off with a nodeSelector or a node affinity.");
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            return new Finding(Name, FindingState.NotChecked, $"{found} is at the registry; no right to list nodes, so its platform was not compared", "Rights: k8s/setup/cluster-reader.yaml.");
        }
    }

    // A pod with a node selector or affinity stays off the other nodes.
    private async Task<IEnumerable<JsonObject>> NodesAsync(StepContext context, CancellationToken cancellation)
    {
        var nodes = await shared.NodesAsync(context, cancellation);
        var pods = RollingWorkload.In(await shared.DryRunsAsync(context, cancellation)).Select(w => w.Pod).ToList();
        return nodes.Where(n => NodeRoom.IsUsable(n) && pods.Exists(p => NodeRoom.Takes(n, p)));
    }

    private static string PlatformOf(JsonObject node) => $"{node.Text("status", "nodeInfo", "operatingSystem")}/{node.Text("status", "nodeInfo", "architecture")}";
}

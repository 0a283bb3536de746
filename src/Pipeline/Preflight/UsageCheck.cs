using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The nodes are not nearly full, measured; what pods ask for says little of what they use.</summary>
/// <param name="shared">The nodes.</param>
internal sealed class UsageCheck(SharedReads shared) : IPreflightCheck
{
    private const decimal High = 0.9m;
    private static readonly Resource NodeMetrics = new("metrics.k8s.io/v1beta1", "NodeMetrics", "nodes", IsNamespaced: false);

    /// <inheritdoc />
    public string Name => CheckName.Usage;

    /// <inheritdoc />
    public string Needs => CheckName.Nodes;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var nodes = await shared.NodesAsync(context, cancellation);
        try
        {
            var measured = (await cluster.ListAsync(NodeMetrics, null, cancellation)).ToDictionary(m => m.Name());
            var shares = from node in nodes
                         from resource in (string[])["cpu", "memory"]
                         where measured.ContainsKey(node.Name())
                         select (Node: node.Name(), Resource: resource, Share: Share(node, measured[node.Name()], resource));
            return Judge([.. shares]);
        }
        catch (ClusterRequestException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.ServiceUnavailable)
        {
            return new Finding(Name, FindingState.NotChecked, "the cluster has no metrics API", "Have metrics-server installed.");
        }
    }

    private Finding Judge(IReadOnlyList<(string Node, string Resource, decimal Share)> shares)
    {
        if (shares.Count == 0)
            return new Finding(Name, FindingState.NotChecked, "the metrics API has measured no node yet");
        var full = shares.Where(s => s.Share >= High).ToList();
        var most = shares.MaxBy(s => s.Share);
        return full.Count == 0
            ? new Finding(Name, FindingState.Passed, $"the fullest node uses {most.Share:P0} of its {most.Resource} ({most.Node})")
            : new Finding(Name, FindingState.Warned, string.Join(", ", full.Select(f => $"{f.Node} uses {f.Share:P0} of its {f.Resource}")), "Release when there is less load, or add a node.");
    }

    private static decimal Share(JsonObject node, JsonObject measured, string resource) =>
        PodAmounts.Quantity(node.Text("status", "allocatable", resource)) is > 0 and var all ? PodAmounts.Quantity(measured.Text("usage", resource)) / all : 0;
}

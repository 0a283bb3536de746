using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;

namespace Pipeline.Preflight;

/// <summary>There are nodes that take pods.</summary>
internal sealed class NodesCheck : IPreflightCheck
{
    private static readonly Resource Nodes = new("v1", "Node", "nodes", IsNamespaced: false);

    /// <inheritdoc />
    public string Name => "nodes";

    /// <inheritdoc />
    public string Needs => ClusterCheck.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        try
        {
            var nodes = await cluster.ListAsync(Nodes, null, cancellation);
            var usable = nodes.Count(n => n.Condition("Ready").Text("status") == "True" && n.Text("spec", "unschedulable") != "true");
            var away = string.Join(", ", nodes.Select(StateOf).OfType<string>());
            if (usable == 0)
                return new Finding(Name, FindingState.Failed, $"none of {nodes.Count} takes pods{(away.Length > 0 ? $": {away}" : "")}.", "Look with kubectl describe nodes.");
            return away.Length > 0
                ? new Finding(Name, FindingState.Warned, $"{usable} of {nodes.Count} take pods: {away}")
                : new Finding(Name, FindingState.Passed, $"{usable} ready");
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            return new Finding(Name, FindingState.NotChecked, "no right to list nodes");
        }
    }

    private static string? StateOf(JsonObject node) =>
        node.Condition("Ready").Text("status") != "True" ? $"{node.Name()} is not ready ({node.Condition("Ready").Text("reason") ?? "no reason"})"
        : node.Text("spec", "unschedulable") == "true" ? $"{node.Name()} is cordoned"
        : null;
}

using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>No node is short of memory, disk, process ids or network: such a node takes no new pods and evicts those it has.</summary>
/// <param name="shared">The nodes.</param>
internal sealed class NodePressureCheck(SharedReads shared) : IPreflightCheck
{
    private static readonly string[] Pressures = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

    /// <inheritdoc />
    public string Name => CheckName.NodePressure;

    /// <inheritdoc />
    public string Needs => CheckName.Nodes;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        // One that is lost does not tell, and the nodes' own check says so.
        var nodes = (await shared.NodesAsync(context, cancellation)).Where(NodeRoom.IsUsable).ToList();
        var pressed = nodes.Select(n => (Node: n, Under: Pressures.Where(p => n.Condition(p).Text("status") == "True").ToList())).Where(n => n.Under.Count > 0).ToList();
        if (pressed.Count == 0)
            return new Finding(Name, FindingState.Passed, $"none on {nodes.Count} nodes");
        var found = string.Join("; ", pressed.Select(n => $"{n.Node.Name()}: {string.Join(", ", n.Under.Select(u => Describe(n.Node, u)))}"));
        return new Finding(Name, pressed.Count == nodes.Count ? FindingState.Failed : FindingState.Warned, found, "Look with kubectl describe node, and free what is short.");
    }

    private static string Describe(JsonObject node, string condition) =>
        node.Condition(condition).Text("message") is { Length: > 0 } said ? $"{condition} ({said})" : condition;
}

using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>There are nodes that take pods, and as many as the environment is meant to have.</summary>
/// <param name="shared">The nodes.</param>
/// <param name="expected">How many there should be.</param>
internal sealed class NodesCheck(SharedReads shared, Expectations expected) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.Nodes;

    /// <inheritdoc />
    public string Needs => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var nodes = await shared.NodesAsync(context, cancellation);
        var away = string.Join(", ", nodes.Select(StateOf).OfType<string>());
        var usable = nodes.Count(NodeRoom.IsUsable);
        if (usable == 0)
            return new Finding(Name, FindingState.Failed, $"none of {nodes.Count} takes pods{(away.Length > 0 ? $": {away}" : "")}.", "Look with kubectl describe nodes.");
        var control = nodes.Where(IsControlPlane).ToList();
        var tooFew = TooFew("control plane", control.Count(IsReady), expected.ControlPlaneNodes, nameof(expected.ExpectedControlPlaneNodes))
            ?? TooFew("worker", nodes.Except(control).Count(NodeRoom.IsUsable), expected.WorkerNodes, nameof(expected.ExpectedWorkerNodes));
        if (tooFew is not null)
            return new Finding(Name, FindingState.Failed, $"{tooFew}{(away.Length > 0 ? $": {away}" : "")}.", "Look with kubectl get nodes.");
        return away.Length > 0
            ? new Finding(Name, FindingState.Warned, $"{usable} of {nodes.Count} take pods: {away}")
            : new Finding(Name, FindingState.Passed, $"{usable} ready, {control.Count} of them control plane");
    }

    private static string? TooFew(string what, int found, int wanted, string option) => found < wanted ? $"{found} {what} nodes of the {wanted} that {Flag.Of(option)} states" : null;

    private static bool IsReady(JsonObject node) => node.Condition("Ready").Text("status") == "True";

    // Clusters before 1.24 say master.
    private static bool IsControlPlane(JsonObject node) =>
        node.At("metadata", "labels") is { } labels && (labels.ContainsKey("node-role.kubernetes.io/control-plane") || labels.ContainsKey("node-role.kubernetes.io/master"));

    private static string? StateOf(JsonObject node) =>
        !IsReady(node) ? $"{node.Name()} is not ready ({node.Condition("Ready").Text("reason") ?? "no reason"})"
        : node.Text("spec", "unschedulable") == "true" ? $"{node.Name()} is cordoned"
        : null;
}

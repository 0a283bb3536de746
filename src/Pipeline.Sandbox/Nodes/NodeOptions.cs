namespace Pipeline.Sandbox.Nodes;

/// <summary>A node that exists from the start.</summary>
internal sealed record NodeOptions
{
    public string Name { get; init; } = "sandbox";

    /// <summary>Allocatable processors, as in <c>8</c> or <c>7500m</c>.</summary>
    public string Cpu { get; init; } = "16";

    /// <summary>Allocatable memory, as in <c>32Gi</c>.</summary>
    public string Memory { get; init; } = "64Gi";

    /// <summary>How many pods fit.</summary>
    public int Pods { get; init; } = 250;

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>As in <c>key=value:NoSchedule</c>.</summary>
    public IReadOnlyList<string> Taints { get; init; } = [];
}

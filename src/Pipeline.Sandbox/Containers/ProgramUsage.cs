namespace Pipeline.Sandbox.Containers;

/// <summary>What a container uses, in the units of <c>metrics.k8s.io</c>.</summary>
/// <param name="Nanocores">Processor time, billionths of a core.</param>
/// <param name="Bytes">Memory.</param>
internal readonly record struct ProgramUsage(long Nanocores, long Bytes);

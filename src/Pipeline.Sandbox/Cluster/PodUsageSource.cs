namespace Pipeline.Sandbox.Cluster;

/// <summary>What a pod's containers use now; null while it does not run.</summary>
internal delegate IReadOnlyList<ContainerUsage>? PodUsageSource(StoredObject pod);

/// <summary>What a container uses.</summary>
/// <param name="Container">Its name.</param>
/// <param name="CpuNanocores">Billionths of a core.</param>
/// <param name="MemoryBytes">Its working set.</param>
internal sealed record ContainerUsage(string Container, long CpuNanocores, long MemoryBytes);

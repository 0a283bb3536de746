namespace Pipeline.Sandbox.Cluster.Writing;

/// <summary>How an object is deleted.</summary>
/// <param name="Propagation"><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>.</param>
/// <param name="GraceSeconds">How long a pod has; null for its own <c>terminationGracePeriodSeconds</c>.</param>
/// <param name="Uid">The object must have this UID.</param>
/// <param name="ResourceVersion">The object must have this version.</param>
/// <param name="IsDryRun">Does everything but store.</param>
internal sealed record DeleteOptions(string? Propagation = null, long? GraceSeconds = null, string? Uid = null, string? ResourceVersion = null, bool IsDryRun = false);

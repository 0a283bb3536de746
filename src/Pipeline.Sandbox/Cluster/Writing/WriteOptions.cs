using Pipeline.Sandbox.Cluster.Apply;

namespace Pipeline.Sandbox.Cluster.Writing;

/// <summary>How a write is made. The default is how a controller writes.</summary>
/// <param name="Owner">Who becomes the owner of what changes; null where nobody is noted, or the object brings its owners along.</param>
/// <param name="Subresource">As in <c>status</c>; empty for the object itself.</param>
/// <param name="IsDryRun">Does everything but store.</param>
/// <param name="IsRequest">True for what came over HTTP: it is validated, and its status is not believed.</param>
internal sealed record WriteOptions(Manager? Owner = null, string Subresource = "", bool IsDryRun = false, bool IsRequest = false);

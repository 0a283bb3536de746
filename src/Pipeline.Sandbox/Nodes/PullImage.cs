using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Fetches an image from the registry that its reference names.</summary>
/// <exception cref="ImagePullException">It cannot be had.</exception>
internal delegate Task<ContainerImage> PullImage(string reference, CancellationToken cancellation);

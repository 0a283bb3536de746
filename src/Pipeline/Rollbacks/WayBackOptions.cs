using Pipeline.Frontend;
using Pipeline.Images;

namespace Pipeline.Rollbacks;

/// <summary>Where the parts of the release before are.</summary>
/// <param name="Image">The registry.</param>
/// <param name="Frontend">The site's bucket.</param>
public sealed record WayBackOptions(ImageOptions Image, FrontendOptions Frontend);

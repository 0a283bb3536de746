using Pipeline.Databases;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Rollouts;
using Pipeline.Settings;

namespace Pipeline.Previews;

/// <summary>What a release would be made of.</summary>
public sealed record PreviewOptions
{
    /// <summary>Engine and registry.</summary>
    public required ImageOptions Image { get; init; }

    /// <summary>The primary.</summary>
    public required DatabaseOptions Database { get; init; }

    /// <summary>What would be applied.</summary>
    public required ManifestOptions Manifests { get; init; }

    /// <summary>Site and bucket.</summary>
    public required FrontendOptions Frontend { get; init; }

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        Image.Check(faults);
        Database.Check(faults);
        Manifests.Check(faults);
        Frontend.Check(faults);
    }
}

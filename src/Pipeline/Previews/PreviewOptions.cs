using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Migrations;
using Pipeline.Settings;

namespace Pipeline.Previews;

/// <summary>What a release would be made of.</summary>
public sealed record PreviewOptions
{
    /// <summary>Engine and registry.</summary>
    public required ImageOptions Image { get; init; }

    /// <summary>Database and manifests.</summary>
    public required MigrationOptions Migration { get; init; }

    /// <summary>Site and bucket.</summary>
    public required FrontendOptions Frontend { get; init; }

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        Image.Check(faults);
        Migration.Check(faults);
        Frontend.Check(faults);
    }
}

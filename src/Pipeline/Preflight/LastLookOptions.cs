using Pipeline.Databases;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Previews;
using Pipeline.Rollouts;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>What Preflight's second phase looks at, right before the schema changes: what the build made, and what may have changed since the first phase.</summary>
public sealed record LastLookOptions
{
    /// <summary>Engine and registry.</summary>
    public required ImageOptions Image { get; init; }

    /// <summary>What will be applied.</summary>
    public required ManifestOptions Manifests { get; init; }

    /// <summary>The primary.</summary>
    public required DatabaseOptions Database { get; init; }

    /// <summary>The replica's address as this machine reaches it, <c>postgresql://user:password@host:port/name</c>.</summary>
    /// <value>None: the primary is asked, which tells only a member of <c>pg_monitor</c>.</value>
    public Secret? ReplicaUrl { get; init; }

    /// <summary>How far the replica may be behind, as a duration.</summary>
    /// <value>30s.</value>
    public string? ReplicaLag { get; init; }

    /// <summary>When releases may begin, as in <c>Mon-Thu 09:00-17:00 Europe/Berlin</c>; several are separated by semicolons.</summary>
    /// <value>Always.</value>
    public string? MaintenanceWindow { get; init; }

    /// <summary>The site, which a preview shows too.</summary>
    public required FrontendOptions Frontend { get; init; }

    /// <summary>The file of the plan that must be carried out exactly, as <c>Preview --save</c> wrote it.</summary>
    /// <value>None: whatever the sources say is carried out.</value>
    public string? FromPreview { get; init; }

    /// <summary>The checks that a person leaves out.</summary>
    public SkippedChecks Skipped { get; init; } = new();

    /// <summary><see cref="ReplicaLag"/> as a duration.</summary>
    internal TimeSpan LagLimit => new Faults().Duration(nameof(ReplicaLag), ReplicaLag, DefaultLag);

    private static TimeSpan DefaultLag => TimeSpan.FromSeconds(30);

    /// <summary>What a preview of this release looks at.</summary>
    internal PreviewOptions Preview => new() { Image = Image, Database = Database, Manifests = Manifests, Frontend = Frontend };

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    /// <exception cref="Errors.UsageException"><see cref="FromPreview"/> holds no plan.</exception>
    public void Check(Faults faults)
    {
        Image.Check(faults);
        Manifests.Check(faults);
        Database.Check(faults);
        Skipped.Check(faults);
        faults.Duration(nameof(ReplicaLag), ReplicaLag, DefaultLag);
        if (Schedule.Fault(MaintenanceWindow) is { } fault)
            faults.Add(nameof(MaintenanceWindow), fault);
        if (FromPreview is not null)
            _ = PlanFile.Read(FromPreview);
    }
}

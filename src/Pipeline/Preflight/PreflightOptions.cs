using Pipeline.Backups;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>Everything that a release will use.</summary>
public sealed record PreflightOptions
{
    /// <summary>Where it runs.</summary>
    public required ClusterOptions Cluster { get; init; }

    /// <summary>Engine and registry.</summary>
    public required ImageOptions Image { get; init; }

    /// <summary>The database.</summary>
    public required DatabaseOptions Database { get; init; }

    /// <summary>The bucket for dumps.</summary>
    public required BackupOptions Backup { get; init; }

    /// <summary>The bucket of the site.</summary>
    public required FrontendOptions Frontend { get; init; }

    /// <summary>The CDN in front of it.</summary>
    public required CdnOptions Cdn { get; init; }

    /// <summary>Secrets in the namespace that the pods need and that nobody but an administrator makes.</summary>
    /// <value><c>db-credentials</c>.</value>
    public IReadOnlyList<string> Secrets { get; init; } = ["db-credentials"];

    /// <summary>Adds the sentences of settings that only later steps use: what is wrong there must not be found after the backup.</summary>
    /// <value>None.</value>
    public IReadOnlyList<Action<Faults>> LaterSettings { get; init; } = [];

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        Cluster.Check(faults);
        Image.Check(faults);
        // Checks the database as well.
        Backup.Check(faults);
        Frontend.Check(faults);
        Cdn.Check(faults);
        foreach (var check in LaterSettings)
            check(faults);
    }
}

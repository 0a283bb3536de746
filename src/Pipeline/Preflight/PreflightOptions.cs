using Pipeline.Backups;
using Pipeline.Cluster;
using Pipeline.Frontend;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>Everything that a release will use.</summary>
public sealed record PreflightOptions
{
    /// <summary>Where it runs.</summary>
    public required ClusterOptions Cluster { get; init; }

    /// <summary>What the second phase looks at again: image, manifests, database, window.</summary>
    public required LastLookOptions LastLook { get; init; }

    /// <summary>The bucket for dumps.</summary>
    public required BackupOptions Backup { get; init; }

    /// <summary>The CDN in front of it.</summary>
    public required CdnOptions Cdn { get; init; }

    /// <summary>The Redis cluster's nodes, separated by commas, and options such as <c>password=…</c> and <c>ssl=true</c>.</summary>
    /// <value>Not looked at.</value>
    public Secret? RedisEndpoints { get; init; }

    /// <summary>What the environment is meant to be made of.</summary>
    public Expectations Expected { get; init; } = new();

    /// <summary>What leads to the environment, with where each value came from; told first.</summary>
    /// <value>Not told.</value>
    public IReadOnlyList<GivenSetting> Given { get; init; } = [];

    /// <summary>Adds the sentences of settings that only later steps use: what is wrong there must not be found after the backup.</summary>
    /// <value>None.</value>
    public IReadOnlyList<Action<Faults>> LaterSettings { get; init; } = [];

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        Cluster.Check(faults);
        LastLook.Check(faults);
        Backup.Check(faults);
        LastLook.Frontend.Check(faults);
        Cdn.Check(faults);
        Expected.Check(faults);
        // The value may hold a password and is not quoted.
        if (RedisEndpoints is { } redis && !RedisCheck.CanRead(redis))
            faults.Add(nameof(RedisEndpoints), "this is no list of nodes. Write host:port,host:port and, after them, options such as password=... and ssl=true.");
        foreach (var check in LaterSettings)
            check(faults);
    }
}

using Pipeline.Settings;

namespace Pipeline.Rollouts;

/// <summary>What is applied to the cluster, and how long it may take.</summary>
public sealed record ManifestOptions
{
    /// <summary>The folder with the manifests. A folder in it that is named like the environment and holds a <c>kustomization.yaml</c> is built instead.</summary>
    public required string ManifestFolder { get; init; }

    /// <summary>The repository whose image the manifests' containers get, as the manifests name it.</summary>
    public required string ImageRepository { get; init; }

    /// <summary>How long the rollout may take.</summary>
    /// <value>10m.</value>
    public string? RolloutTimeout { get; init; }

    /// <summary>Takes over fields of our objects that another field manager owns.</summary>
    /// <value>False; on the first release of an environment, what <c>kubectl apply</c> owned is taken over in any case.</value>
    public bool TakeOverFields { get; init; }

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        faults.Duration(nameof(RolloutTimeout), RolloutTimeout, DefaultTimeout);
        if (!Directory.Exists(ManifestFolder))
            faults.Add(nameof(ManifestFolder), $"the folder '{ManifestFolder}' does not exist.");
    }

    /// <summary><see cref="RolloutTimeout"/> as a duration.</summary>
    public TimeSpan Timeout => new Faults().Duration(nameof(RolloutTimeout), RolloutTimeout, DefaultTimeout);

    private static TimeSpan DefaultTimeout => TimeSpan.FromMinutes(10);
}

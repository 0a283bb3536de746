using Nuke.Common;
using Pipeline.Rollouts;

namespace Pipeline.Build.Settings;

/// <summary>What is applied to the cluster.</summary>
internal interface IHazManifests : IHazRegistry
{
    /// <summary>The rollout's time.</summary>
    [Parameter("How long a rollout may take, as in 90s or 10m. Default: 10m.")]
    string? RolloutTimeout => TryGetValue(() => RolloutTimeout);

    /// <summary>Takes over fields.</summary>
    [Parameter("Takes over fields of our objects that another field manager owns.")]
    bool TakeOverFields => TryGetValue<bool?>(() => TakeOverFields) ?? false;

    /// <summary>These settings as the engine takes them.</summary>
    ManifestOptions Manifests => new()
    {
        ManifestFolder = Sources.Manifests,
        ImageRepository = Image.RepositoryInManifests,
        RolloutTimeout = RolloutTimeout,
        TakeOverFields = TakeOverFields,
    };
}

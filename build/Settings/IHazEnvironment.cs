using Nuke.Common;
using Pipeline.Releases;

namespace Pipeline.Build.Settings;

/// <summary>Which environment, and what is released.</summary>
internal interface IHazEnvironment : IHazSources
{
    /// <summary>The environment's name.</summary>
    [Parameter("The environment's name. Stands in the profile's file.")]
    string? EnvironmentName => TryGetValue(() => EnvironmentName);

    /// <summary>What people call the release.</summary>
    [Parameter("What people call the release. Default: git describe --tags --always.")]
    string? ReleaseVersion => TryGetValue(() => ReleaseVersion);

    /// <summary>Lets uncommitted changes be released.</summary>
    [Parameter("Lets a working tree with uncommitted changes be released; for test beds.")]
    bool AllowDirty => TryGetValue<bool?>(() => AllowDirty) ?? false;

    /// <summary>Begins a new release although another one is unfinished.</summary>
    [Parameter("Begins a new release although another one is unfinished; what that one did stays as it is.")]
    bool Fresh => TryGetValue<bool?>(() => Fresh) ?? false;

    /// <summary>What becomes of what was changed when a step fails.</summary>
    [Parameter("What becomes of changed pods and pages when a step fails: Rollback puts them back, Stop leaves them to be looked at. Default: Rollback.")]
    string? OnFailure => TryGetValue(() => OnFailure);

    /// <summary>How long another run's lock is waited for.</summary>
    [Parameter("How long to wait for another run that holds the deploy lock, as in 10m. Default: not at all, refused.")]
    string? LockWait => TryGetValue(() => LockWait);

    /// <summary>How many records are kept.</summary>
    [Parameter("How many finished release records are kept. Default: 20.")]
    string? KeepReleases => TryGetValue(() => KeepReleases);

    /// <summary>These settings as the engine takes them.</summary>
    ReleaseOptions Release => new()
    {
        EnvironmentName = EnvironmentName,
        Root = RootDirectory,
        ReleaseVersion = ReleaseVersion,
        AllowDirty = AllowDirty,
        Fresh = Fresh,
        KeepReleases = KeepReleases,
        OnFailure = OnFailure,
        LockWait = LockWait,
        Inputs = [Sources.Manifests, Sources.Image, Sources.Frontend],
    };
}

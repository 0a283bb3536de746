using Pipeline.Cluster;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Releases;

/// <summary>Which environment, and what is released.</summary>
public sealed record ReleaseOptions
{
    /// <summary>The environment's name; stands in the profile's file, so that it cannot be mistaken.</summary>
    public string? EnvironmentName { get; init; }

    /// <summary>The repository's root.</summary>
    public required string Root { get; init; }

    /// <summary>What people call the release.</summary>
    /// <value><c>git describe --tags --always</c>.</value>
    public string? ReleaseVersion { get; init; }

    /// <summary>Lets a working tree with uncommitted changes be released; meant for test beds.</summary>
    /// <value>False.</value>
    public bool AllowDirty { get; init; }

    /// <summary>Begins a new release although another one is unfinished, which stays as it is.</summary>
    /// <value>False: refused.</value>
    public bool Fresh { get; init; }

    /// <summary>What becomes of changed pods and pages when a step fails: <c>Rollback</c> or <c>Stop</c>.</summary>
    /// <value>Rollback: they are put back.</value>
    public string? OnFailure { get; init; }

    /// <summary><see cref="OnFailure"/> as it is meant.</summary>
    public AfterFailure WhenFailing => new Faults().Choice(nameof(OnFailure), OnFailure, AfterFailure.Rollback);

    /// <summary>How long a run waits for another one that holds the deploy lock: a number and a unit, as in <c>10m</c>.</summary>
    /// <value>Not at all: refused.</value>
    public string? LockWait { get; init; }

    /// <summary><see cref="LockWait"/> as a duration.</summary>
    public TimeSpan LockPatience => new Faults().Duration(nameof(LockWait), LockWait, TimeSpan.Zero);

    /// <summary>Files and folders whose content makes a release what it is; they are part of its key.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>How many finished records are kept, besides those that the live release, the previous good one and those that kept rollbacks brought back need.</summary>
    /// <value>20.</value>
    public string? KeepReleases { get; init; }

    /// <summary><see cref="KeepReleases"/> as a number.</summary>
    public int Keep => new Faults().Number(nameof(KeepReleases), KeepReleases, 20, 2, 500);

    /// <summary>Adds a sentence for everything that is wrong in what was given.</summary>
    public void Check(Faults faults)
    {
        // It becomes a label and the name of the profile's file.
        if (EnvironmentName is { Length: > 0 } name && !LabelValue.IsValid(name))
            faults.Add(nameof(EnvironmentName), $"'{name}' cannot name an environment. {LabelValue.Rule}");
        faults.Number(nameof(KeepReleases), KeepReleases, 20, 2, 500);
        faults.Duration(nameof(LockWait), LockWait, TimeSpan.Zero);
        faults.Choice(nameof(OnFailure), OnFailure, AfterFailure.Rollback);
    }
}

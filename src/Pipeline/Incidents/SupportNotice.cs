using Pipeline.Releases;

namespace Pipeline.Incidents;

/// <summary>What the support is told: version, release, environment, who, outcome. No log line and nothing that a person typed freely.</summary>
internal static class SupportNotice
{
    /// <summary>The text.</summary>
    /// <param name="release">The release that is put back, or the rollback.</param>
    /// <param name="what">What begins or how it ended.</param>
    public static string Of(Release release, string what) => $"{release.Environment}: {what}. Started by {release.StartedBy}.";

    /// <summary>That a rollback begins.</summary>
    public static string RollbackBegins(Release from, Release to) =>
        $"rollback from release {from.Number} ({from.Version}) to release {to.Number} ({to.Version}) begins";

    /// <summary>That an undo begins.</summary>
    public static string UndoBegins(Release release) => $"release {release.Number} ({release.Version}) FAILED and is being put back";

    /// <summary>How it ended.</summary>
    public static string End(Release release) => (release.Rollback, release.Outcome) switch
    {
        ({ } back, ReleaseOutcome.Succeeded) => $"rollback {release.Number} is done, release {back.To} ({release.Version}) serves again",
        ({ } back, ReleaseOutcome.Unfinished) => $"rollback {release.Number} to release {back.To} ({release.Version}) was STOPPED before its end",
        ({ } back, ReleaseOutcome.Failed) => $"rollback {release.Number} to release {back.To} ({release.Version}) was refused or failed at once: nothing was changed",
        ({ } back, _) => $"rollback {release.Number} to release {back.To} ({release.Version}) is NOT COMPLETE: a person must look now",
        (_, ReleaseOutcome.PutBack or ReleaseOutcome.Succeeded) => $"release {release.Number} ({release.Version}) FAILED and was put back",
        _ => $"release {release.Number} ({release.Version}) FAILED and was NOT PUT BACK: a person must look now",
    };
}

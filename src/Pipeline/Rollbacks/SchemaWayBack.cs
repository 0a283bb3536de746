using Pipeline.Migrations;
using Pipeline.Releases;

namespace Pipeline.Rollbacks;

/// <summary>Whether the release before can run on the schema as it is now.</summary>
internal static class SchemaWayBack
{
    /// <param name="target">The release that a rollback would bring back.</param>
    /// <param name="release">The one that has just been verified.</param>
    /// <param name="history">The kept releases, which know what older pods can live with.</param>
    public static WayBackPart Of(Release target, Release release, ReleaseHistory history)
    {
        if (release.WithoutDatabase is not null)
            return new WayBackPart("schema", WayBackState.There, "none");
        var record = new SchemaRecord([release, .. history.Releases.Where(r => r.Number != release.Number)]);
        var now = record.Now;
        if (!record.Knows(target, out var then))
            return new WayBackPart("schema", WayBackState.Unknown, $"no kept release says on which revision it ran; it is at {now ?? "(none)"} now");
        var range = record.Between(now, then);
        if (now == then)
            return new WayBackPart("schema", WayBackState.There, $"at the same revision {now ?? "(none)"}");
        return range.IsCompatible
            ? new WayBackPart("schema", WayBackState.There, $"newer than its {then ?? "(none)"} by compatible revisions alone, and stays at {now}")
            : new WayBackPart("schema", WayBackState.Missing, $"it went from {then ?? "(none)"} to {now ?? "(none)"} by what its pods cannot be expected to live with: {string.Join("; ", range.Breaking)}");
    }
}

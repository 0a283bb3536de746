using System.Collections.Immutable;
using Pipeline.Migrations;
using Pipeline.Releases;

namespace Pipeline.Verification;

/// <summary>What the addresses must show.</summary>
/// <param name="Number">The release whose pages are served: for a rollback the one it went back to.</param>
/// <param name="Version">What the API and the pages must call themselves; null for what was there before the first release, which nobody knows by a version.</param>
/// <param name="SchemaRevision">What the API must find in the database; null when the record does not know.</param>
/// <param name="HasDatabase">False when the release has none, so that what the API says of one is not judged.</param>
/// <param name="HasPages">False when the release published no pages, so that older ones are right.</param>
internal sealed record ExpectedRelease(int Number, string? Version, string? SchemaRevision, bool HasDatabase, bool HasPages)
{
    /// <summary>Newer revisions, with which the release's pods can live as well.</summary>
    public ImmutableHashSet<string> Newer { get; init; } = [];

    /// <summary>What a release promises.</summary>
    /// <param name="release">The release.</param>
    /// <param name="history">The kept releases, which know what its pods can live with.</param>
    public static ExpectedRelease Of(Release release, ReleaseHistory history)
    {
        if (IsFound(release))
            return new(FoundRelease.Number, null, null, release.WithoutDatabase is null, release.Frontend?.List is { Pages: > 0 });
        var revision = release.Migration?.After;
        return new(release.Rollback?.To ?? release.Number, release.Version, revision, release.WithoutDatabase is null, release.Frontend is not null)
        {
            Newer = revision is null ? [] : new SchemaRecord(history.Releases).NewerThan(revision),
        };
    }

    private static bool IsFound(Release release) => release.IsFound || release.Rollback is { To: FoundRelease.Number };
}

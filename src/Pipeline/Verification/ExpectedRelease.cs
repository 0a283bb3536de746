using Pipeline.Releases;

namespace Pipeline.Verification;

/// <summary>What the addresses must show.</summary>
/// <param name="Number">The release whose pages are served: for a rollback the one it went back to.</param>
/// <param name="Version">What the API and the pages must call themselves.</param>
/// <param name="SchemaRevision">What the API must find in the database; null when the record does not know.</param>
/// <param name="HasDatabase">False when the release has none, so that what the API says of one is not judged.</param>
/// <param name="HasPages">False when the release published no pages, so that older ones are right.</param>
internal sealed record ExpectedRelease(int Number, string Version, string? SchemaRevision, bool HasDatabase, bool HasPages)
{
    /// <summary>What a release promises.</summary>
    public static ExpectedRelease Of(Release release) =>
        new(release.Rollback?.To ?? release.Number, release.Version, release.Migration?.After, release.WithoutDatabase is null, release.Frontend is not null);
}

namespace Pipeline.Frontend;

/// <summary>Where the list of a release's files is kept, since a record has no room for it.</summary>
/// <param name="Key">The list's key in the site's bucket, as in <c>releases/7.files.json.gz</c>.</param>
/// <param name="Sha256">SHA-256 of the list as it is kept, in lower-case hex.</param>
/// <param name="Files">How many files the list has.</param>
/// <param name="Pages">How many of them are pages.</param>
public sealed record SiteFileList(string Key, string Sha256, int Files, int Pages);

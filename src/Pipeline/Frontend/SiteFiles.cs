using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Errors;

namespace Pipeline.Frontend;

/// <summary>
/// Every file of a release's site by key, with its SHA-256 in hex, empty where nobody knows it. Kept compressed in the bucket, since a site
/// may have more files than a record has room for.
/// </summary>
/// <param name="Pages">Those whose content changes under the same name.</param>
/// <param name="Assets">The others.</param>
internal sealed record SiteFiles(IReadOnlyDictionary<string, string> Pages, IReadOnlyDictionary<string, string> Assets)
{
    /// <summary>The files of a site.</summary>
    public static SiteFiles Of(Site site) => new(ByKey(site.Pages), ByKey(site.Assets));

    /// <summary>Reads the list of a release, wherever its record has it.</summary>
    /// <exception cref="FailureException">It is gone, or is not the one that the record names.</exception>
    public static async Task<SiteFiles> ReadAsync(SiteBucket bucket, FrontendResult recorded, CancellationToken cancellation)
    {
        // Records of format 1 have the list in them.
        if (recorded.List is not { } list)
            return new(recorded.Pages.ToDictionary(p => p, p => recorded.Files.GetValueOrDefault(p, "")), recorded.Files.RemoveRange(recorded.Pages));
        var kept = await bucket.ReadAsync(list.Key, cancellation)
            ?? throw new FailureException($"The bucket '{recorded.Bucket}' no longer holds '{list.Key}', the list of the site's files that the record refers to.");
        var hash = Convert.ToHexStringLower(SHA256.HashData(kept));
        if (hash != list.Sha256)
            throw new FailureException($"'{list.Key}' in the bucket '{recorded.Bucket}' is not the list of the site's files that the record refers to: its SHA-256 is '{hash}', not '{list.Sha256}'.");
        await using var unpacked = new GZipStream(new MemoryStream(kept), CompressionMode.Decompress);
        return (await JsonSerializer.DeserializeAsync(unpacked, SiteFilesJson.Default.SiteFiles, cancellation))!;
    }

    /// <summary>Keeps the list beside the pages that are kept under a prefix such as <c>releases/7/</c>.</summary>
    public async Task<SiteFileList> KeepAsync(SiteBucket bucket, string kept, CancellationToken cancellation)
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            await JsonSerializer.SerializeAsync(gzip, this, SiteFilesJson.Default.SiteFiles, cancellation);
        var file = new SiteFile($"{kept.TrimEnd('/')}.files.json.gz", packed.ToArray());
        await bucket.PutAsync(file, file.Key, cancellation);
        return new SiteFileList(file.Key, file.Sha256, Pages.Count + Assets.Count, Pages.Count);
    }

    // Ordered, so that the same site is the same list.
    private static SortedDictionary<string, string> ByKey(IEnumerable<SiteFile> files) => new(files.ToDictionary(f => f.Key, f => f.Sha256), StringComparer.Ordinal);
}

/// <summary>How the list is written: <c>{"pages":{"index.html":"…"},"assets":{}}</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SiteFiles))]
internal sealed partial class SiteFilesJson : JsonSerializerContext;

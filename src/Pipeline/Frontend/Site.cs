using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Errors;
using Pipeline.Releases;

namespace Pipeline.Frontend;

/// <summary>Every file of a release's site: what was built, <c>config.json</c> of the environment, and <c>release.json</c>.</summary>
/// <param name="Files">By key.</param>
internal sealed record Site(ImmutableArray<SiteFile> Files)
{
    /// <summary>The first page; it is written last, for it names everything else.</summary>
    public const string Index = "index.html";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Content that never changes under its name.</summary>
    public IEnumerable<SiteFile> Assets => Files.Where(f => !f.IsPage);

    /// <summary>Content that changes under its name.</summary>
    public IEnumerable<SiteFile> Pages => Files.Where(f => f.IsPage);

    /// <exception cref="FailureException">The site was not built.</exception>
    public static async Task<Site> ReadAsync(FrontendOptions options, Release release, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(options.FrontendOutput, Index)))
            throw FailureException.Refused($"'{options.FrontendOutput}' holds no {Index}. Run ./build.sh BuildFrontend first.");
        var files = new List<SiteFile>();
        foreach (var path in Directory.EnumerateFiles(options.FrontendOutput, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            files.Add(new SiteFile(Path.GetRelativePath(options.FrontendOutput, path).Replace('\\', '/'), await File.ReadAllBytesAsync(path, cancellation)));
        files.RemoveAll(f => f.Key is "config.json" or "release.json");
        files.Add(new SiteFile("config.json", Json(new Dictionary<string, object?> { ["apiUrl"] = options.ApiUrl!.TrimEnd('/') })));
        // Nothing of the moment: the same release writes the same bytes however often it runs.
        files.Add(new SiteFile("release.json", Json(new Dictionary<string, object?>
        {
            ["release"] = release.Number,
            ["version"] = release.Version,
            ["commit"] = release.Commit,
        })));
        return new Site([.. files]);
    }

    private static byte[] Json(Dictionary<string, object?> values) => JsonSerializer.SerializeToUtf8Bytes(values, Readable);
}

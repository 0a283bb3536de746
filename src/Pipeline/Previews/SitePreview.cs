using System.Collections.Concurrent;
using Pipeline.Frontend;
using Pipeline.Releases;

namespace Pipeline.Previews;

/// <summary>The files that would be written to the site's bucket, and what the CDN would forget.</summary>
internal static class SitePreview
{
    /// <returns>True when there is something to do.</returns>
    public static async Task<bool> ShowAsync(FrontendOptions options, Release release, ReleaseHistory history, PreviewText text, CancellationToken cancellation)
    {
        var site = await Site.ReadAsync(options, release, cancellation);
        using var bucket = new SiteBucket(options);
        var differing = new ConcurrentBag<SiteFile>();
        await SiteBucket.EachAsync(site.Files, async (file, stop) =>
        {
            if (!await bucket.HasAsync(file, file.Key, stop))
                differing.Add(file);
        }, cancellation);
        var live = history.Live?.Number == release.Number ? null : history.Live?.Frontend;
        var gone = (live?.Pages ?? []).Except(site.Pages.Select(p => p.Key)).Order(StringComparer.Ordinal).ToList();
        text.Title($"Site: bucket '{options.FrontendBucket}'");
        foreach (var file in differing.OrderBy(f => f.Key, StringComparer.Ordinal))
            text.Line($"+ {file.Key} ({file.Content.Length} bytes)");
        foreach (var page in gone)
            text.Line($"- {page}");
        text.Line($"{site.Files.Length - differing.Count} of {site.Files.Length} files are there already");
        var paths = InvalidationPaths.Of([.. differing.Where(f => f.IsPage).Select(f => f.Key), .. gone]);
        if (paths.Length > 0)
            text.Line($"the CDN forgets {string.Join(' ', paths)}");
        return differing.Count + gone.Count > 0;
    }
}

using System.Collections.Concurrent;
using Pipeline.Frontend;

namespace Pipeline.Previews;

/// <summary>Shows the files that would be written to the site's bucket, and what the CDN would forget.</summary>
internal static class SitePreview
{
    /// <returns>True when there is something to do.</returns>
    public static async Task<bool> ShowAsync(FrontendOptions options, Outlook outlook, PreviewText text, CancellationToken cancellation)
    {
        var (files, gone) = (outlook.Site.Files, outlook.PagesGone);
        using var bucket = new SiteBucket(options);
        var differing = new ConcurrentBag<SiteFile>();
        await SiteBucket.EachAsync(files, async (file, stop) =>
        {
            if (!await bucket.HasAsync(file, file.Key, stop))
                differing.Add(file);
        }, cancellation);
        text.Title($"Site: bucket '{options.FrontendBucket}'");
        foreach (var file in differing.OrderBy(f => f.Key, StringComparer.Ordinal))
            text.Line($"+ {file.Key} ({file.Content.Length} bytes)");
        foreach (var page in gone)
            text.Line($"- {page}");
        text.Line($"{files.Length - differing.Count} of {files.Length} files are there already");
        var paths = InvalidationPaths.Of([.. differing.Where(f => f.IsPage).Select(f => f.Key), .. gone]);
        if (paths.Length > 0)
            text.Line($"the CDN forgets {string.Join(' ', paths)}");
        return differing.Count + gone.Length > 0;
    }
}

using System.Net;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.ObjectStore.Signing;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.Cdn.Edge;

/// <summary>Serves the bucket through the cache.</summary>
internal sealed class EdgeHandler(CdnOptions options, EdgeCache cache, Invalidations invalidations)
{
    private static readonly TimeSpan ErrorLifetime = TimeSpan.FromSeconds(10);

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            if (options.Faults.Strikes("edge-5xx", 5))
                await EdgeAnswer.RefuseAsync(http, HttpStatusCode.ServiceUnavailable, "The request could not be satisfied.");
            else if (http.Request.Method is not ("GET" or "HEAD"))
                await EdgeAnswer.RefuseAsync(http, HttpStatusCode.Forbidden, "This distribution is not configured to allow the HTTP request method that was used for this request.");
            else
                await ServeAsync(http, PathOf(http.Request));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: there is nobody to answer.
        }
    }

    // The query is no part of what is kept.
    private string PathOf(HttpRequest request) => RequestTarget.Of(request).Path is var path && path == "/" ? $"/{options.DefaultRootObject}" : path;

    private async Task ServeAsync(HttpContext http, string path)
    {
        invalidations.Complete();
        var kept = cache.Open(path);
        await using var content = kept?.Content;
        if (kept is { Answer: var answer } && answer.IsFresh(options.Time.GetUtcNow()))
        {
            await SendAsync(http, answer, content, answer.Status == 200 ? "Hit" : "Error");
            return;
        }

        var bucket = options.Store.Find(options.Bucket);
        if (bucket?.Open(Uri.UnescapeDataString(path[1..])) is not { } found)
        {
            await ServeErrorAsync(http, path, bucket);
            return;
        }

        await using var source = found.Content;
        if (kept is { Answer: { Status: 200 } old } && old.ETag == found.Record.ETag)
        {
            var confirmed = Of(path, found.Record) with { File = old.File };
            cache.Confirm(confirmed);
            await SendAsync(http, confirmed, content, "RefreshHit");
            return;
        }

        await ServeFetchedAsync(http, Of(path, found.Record), new ContentSlice(bucket.Content, found.Record.File, 0, found.Record.Length), source);
    }

    private async Task ServeFetchedAsync(HttpContext http, CachedAnswer answer, ContentSlice slice, FileStream source)
    {
        if (Freshness.Of(answer.Headers, options.Time.GetUtcNow()).MayStore)
            await cache.KeepAsync(answer, source, http.RequestAborted);
        await EdgeAnswer.SendAsync(http, answer, (start, length) => (slice with { Start = start, Length = length }).ReadAsync(source, http.RequestAborted), "Miss", null);
    }

    // 404 with the page for it: crawlers must not take it for content.
    private async Task ServeErrorAsync(HttpContext http, string path, Bucket? bucket)
    {
        if (options.ErrorPage is null || bucket?.Open(options.ErrorPage) is not { } page)
        {
            await EdgeAnswer.RefuseAsync(http, HttpStatusCode.NotFound, "The specified key does not exist.");
            return;
        }

        await using var source = page.Content;
        var slice = new ContentSlice(bucket.Content, page.Record.File, 0, page.Record.Length);
        var answer = Of(path, page.Record) with { Status = 404, Lifetime = ErrorLifetime };
        await cache.KeepAsync(answer, source, http.RequestAborted);
        await EdgeAnswer.SendAsync(http, answer, (start, length) => (slice with { Start = start, Length = length }).ReadAsync(source, http.RequestAborted), "Error", null);
    }

    private CachedAnswer Of(string path, ObjectRecord record) => new(path, 200, null, record.Length, record.ETag, record.Modified)
    {
        Headers = record.Headers,
        Lifetime = Freshness.Of(record.Headers, options.Time.GetUtcNow()).Lifetime,
    };

    private Task SendAsync(HttpContext http, CachedAnswer answer, FileStream? content, string how)
    {
        var age = how == "Hit" ? options.Time.GetUtcNow() - answer.Confirmed : (TimeSpan?)null;
        return EdgeAnswer.SendAsync(http, answer, (start, length) => cache.Slice(answer, start, length).ReadAsync(content!, http.RequestAborted), how, age);
    }
}

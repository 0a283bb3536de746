using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pipeline.Frontend;
using Pipeline.ObjectStore;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Frontend;

/// <summary>The requests that a site makes of an S3 store, for one bucket called <c>site</c>; headers are kept.</summary>
internal sealed class LoopbackSiteStore : LoopbackServer
{
    private int inFlight;

    public LoopbackSiteStore()
    {
        // The SDK looks for credentials in the environment of the process.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "testing");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "testing");
    }

    public ConcurrentDictionary<string, SiteObject> Objects { get; } = new();

    /// <summary>Keys in the order in which they were written, copied to or deleted.</summary>
    public ConcurrentQueue<string> Changes { get; } = new();

    /// <summary>The headers of every upload by key.</summary>
    public ConcurrentDictionary<string, IHeaderDictionary> Uploads { get; } = new();

    /// <summary>Answers writes of this key with 403 and <see cref="RefusedWith"/>.</summary>
    public string? Refused { get; set; }

    public string RefusedWith { get; set; } = "AccessDenied";

    /// <summary>Answers everything with this status and code.</summary>
    public (int Status, string Code)? Broken { get; set; }

    /// <summary>Says nothing when it is asked for the headers of this key.</summary>
    public string? Silent { get; set; }

    /// <summary>How many uploads were under way at once.</summary>
    public int MostInFlight { get; private set; }

    /// <summary>Called with the key of each object before it is written.</summary>
    public Action<string>? BeforePut { get; set; }

    /// <summary>How many uploads wait for each other before any is answered.</summary>
    public int WaitFor { get; set; }

    public FrontendOptions Options(string source) => new()
    {
        FrontendSource = source,
        FrontendBucket = "site",
        ApiUrl = "https://api.example.com/",
        Storage = new ObjectStoreOptions { StorageEndpoint = $"http://{Authority}" },
    };

    protected override Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Trim('/').Split('/', 2);
        if (Broken is var (status, code))
            return ErrorAsync(context, status, code);
        if (path[0] != "site")
            return ErrorAsync(context, 404, "NoSuchBucket");
        return context.Request.Method switch
        {
            "HEAD" when path[1] == Silent => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default),
            "HEAD" => HeadAsync(context, path[1]),
            "GET" => GetAsync(context, path[1]),
            "PUT" when path[1] == Refused => ErrorAsync(context, 403, RefusedWith),
            "PUT" when context.Request.Headers.ContainsKey("x-amz-copy-source") => CopyAsync(context, path[1]),
            "PUT" => PutAsync(context, path[1]),
            _ => DeleteAsync(context, path[1]),
        };
    }

    private Task HeadAsync(HttpContext context, string key)
    {
        if (!Objects.TryGetValue(key, out var found))
            return ErrorAsync(context, 404, "NoSuchKey");
        context.Response.Headers.ETag = found.ETag;
        context.Response.Headers.CacheControl = found.CacheControl;
        context.Response.ContentType = found.ContentType;
        context.Response.ContentLength = found.Content.Length;
        if (found.Sha256 is not null)
            context.Response.Headers["x-amz-meta-sha256"] = found.Sha256;
        return Task.CompletedTask;
    }

    private async Task GetAsync(HttpContext context, string key)
    {
        await HeadAsync(context, key);
        if (Objects.TryGetValue(key, out var found))
            await context.Response.Body.WriteAsync(found.Content);
    }

    private async Task PutAsync(HttpContext context, string key)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        await ArriveAsync();
        BeforePut?.Invoke(key);
        var headers = Uploads[key] = new HeaderDictionary(new Dictionary<string, StringValues>(context.Request.Headers, StringComparer.OrdinalIgnoreCase));
        var stored = new SiteObject(body.ToArray(), headers.CacheControl, headers.ContentType, headers["x-amz-meta-sha256"]);
        Objects[key] = stored;
        Changes.Enqueue($"put {key}");
        context.Response.Headers.ETag = stored.ETag;
    }

    private async Task ArriveAsync()
    {
        MostInFlight = Math.Max(MostInFlight, Interlocked.Increment(ref inFlight));
        for (var patience = 0; MostInFlight < WaitFor && patience < 200; patience++)
            await Task.Delay(10);
        Interlocked.Decrement(ref inFlight);
    }

    private Task CopyAsync(HttpContext context, string key)
    {
        var from = Uri.UnescapeDataString(context.Request.Headers["x-amz-copy-source"]!).Trim('/').Split('/', 2)[1];
        if (!Objects.TryGetValue(from, out var source))
            return ErrorAsync(context, 404, "NoSuchKey");
        Objects[key] = source;
        Changes.Enqueue($"copy {key}");
        return context.Response.WriteAsync($"<CopyObjectResult><ETag>{source.ETag}</ETag><LastModified>2026-01-01T00:00:00Z</LastModified></CopyObjectResult>");
    }

    private Task DeleteAsync(HttpContext context, string key)
    {
        Objects.TryRemove(key, out _);
        Changes.Enqueue($"delete {key}");
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static Task ErrorAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>{code}</Message></Error>");
    }
}

/// <summary>An object with the headers that browsers see.</summary>
internal sealed record SiteObject(byte[] Content, string? CacheControl, string? ContentType, string? Sha256)
{
#pragma warning disable CA5351 // An ETag is MD5 by definition.
    public string ETag { get; init; } = $"\"{Convert.ToHexStringLower(MD5.HashData(Content))}\"";
#pragma warning restore CA5351
}

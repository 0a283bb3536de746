using Amazon.S3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EndToEnd.Tests.Bed;

/// <summary>The site's public address: what a CDN in front of the bucket does, without a cache.</summary>
internal sealed class SiteGate : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly AmazonS3Client store;
    private readonly string bucket;

    private SiteGate(WebApplication server, AmazonS3Client store, string bucket)
    {
        this.server = server;
        this.store = store;
        this.bucket = bucket;
    }

    public string Address => server.Urls.First();

    public static async Task<SiteGate> OpenAsync(AmazonS3Client store, string bucket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        var gate = new SiteGate(server, store, bucket);
        // A fallback route would leave out every path that looks like a file.
        server.Run(gate.ServeAsync);
        await server.StartAsync();
        return gate;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        var key = context.Request.Path.Value!.TrimStart('/');
        try
        {
            using var found = await store.GetObjectAsync(bucket, key.Length == 0 ? "index.html" : key, context.RequestAborted);
            context.Response.ContentType = found.Headers.ContentType;
            context.Response.Headers.CacheControl = found.Headers.CacheControl;
            await found.ResponseStream.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (AmazonS3Exception e)
        {
            context.Response.StatusCode = (int)e.StatusCode;
        }
    }
}

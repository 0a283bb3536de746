using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Registry;

/// <summary>Blobs that are there: reading them, also in part, and removing them.</summary>
/// <param name="blobs">Where they are kept.</param>
internal sealed class BlobEndpoint(BlobStore blobs)
{
    /// <summary>GET and HEAD of a blob.</summary>
    public async Task GetAsync(HttpContext http, string repository, string reference)
    {
        var digest = Parse(reference);
        var file = blobs.Find(repository, digest) ?? throw RegistryException.BlobUnknown(reference);
        var length = new FileInfo(file).Length;
        var (from, to) = Wanted(http, length);
        var response = http.Response;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = "max-age=31536000";
        response.Headers.ETag = $"\"{digest}\"";
        response.Headers["Docker-Content-Digest"] = $"{digest}";
        response.ContentType = "application/octet-stream";
        response.ContentLength = to - from + 1;
        if (to - from + 1 < length)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {from}-{to}/{length}";
        }

        if (!HttpMethods.IsHead(http.Request.Method) && length > 0)
            await response.SendFileAsync(file, from, to - from + 1, http.RequestAborted);
    }

    /// <summary>DELETE of a blob.</summary>
    public Task DeleteAsync(HttpContext http, string repository, string reference)
    {
        if (!blobs.Remove(repository, Parse(reference)))
            throw RegistryException.BlobUnknown(reference);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static Digest Parse(string reference) =>
        Digest.TryParse(reference, out var digest) ? digest : throw RegistryException.DigestInvalid(reference);

    // bytes=3-6   bytes=3-   bytes=-6
    private static (long From, long To) Wanted(HttpContext http, long length)
    {
        if (!RangeHeaderValue.TryParse(http.Request.Headers.Range, out var range) || range.Unit != "bytes" || range.Ranges is not { Count: 1 } ranges)
            return (0, length - 1);
        var wanted = ranges.First();
        var from = wanted.From ?? Math.Max(0, length - wanted.To!.Value);
        var to = wanted.From is null ? length - 1 : Math.Min(wanted.To ?? long.MaxValue, length - 1);
        if (from <= to)
            return (from, to);
        http.Response.Headers.ContentRange = $"bytes */{length}";
        throw new RegistryException(StatusCodes.Status416RangeNotSatisfiable, "RANGE_INVALID", "invalid content range");
    }
}

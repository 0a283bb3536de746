using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.ObjectStore.Requests;

namespace Pipeline.Sandbox.Cdn.Edge;

/// <summary>How the edge answers: conditions, ranges and its own headers.</summary>
internal static class EdgeAnswer
{
    /// <summary>Sends what was kept or fetched.</summary>
    /// <param name="http">The request and its answer.</param>
    /// <param name="answer">What is sent.</param>
    /// <param name="read">Reads so many bytes of it from a place on.</param>
    /// <param name="how">Where it came from, as <c>X-Cache</c> says.</param>
    /// <param name="age">How long ago the bucket was asked; null when it was asked now.</param>
    public static async Task SendAsync(HttpContext http, CachedAnswer answer, Func<long, long, IAsyncEnumerable<ReadOnlyMemory<byte>>> read, string how, TimeSpan? age)
    {
        WriteHeaders(http.Response, answer, how, age);
        var judged = answer.Status == 200 ? Preconditions.ForReading(http.Request.Headers, answer.ETag, answer.Modified) : Precondition.Holds;
        if (judged != Precondition.Holds)
        {
            http.Response.StatusCode = (int)(judged == Precondition.Failed ? HttpStatusCode.PreconditionFailed : HttpStatusCode.NotModified);
            return;
        }

        var range = RangeOf(http.Request, answer, out var isSatisfiable);
        if (!isSatisfiable)
        {
            http.Response.StatusCode = (int)HttpStatusCode.RequestedRangeNotSatisfiable;
            http.Response.Headers.ContentRange = $"bytes */{answer.Length}";
            return;
        }

        http.Response.StatusCode = range is null ? answer.Status : (int)HttpStatusCode.PartialContent;
        if (range is not null)
            http.Response.Headers.ContentRange = range.Of(answer.Length);
        http.Response.ContentLength = range?.Length ?? answer.Length;
        if (http.Request.Method != "HEAD")
            await foreach (var piece in read(range?.Start ?? 0, range?.Length ?? answer.Length))
                await http.Response.Body.WriteAsync(piece, http.RequestAborted);
    }

    /// <summary>Answers with an error of the edge's own.</summary>
    public static async Task RefuseAsync(HttpContext http, HttpStatusCode status, string why)
    {
        http.Response.StatusCode = (int)status;
        http.Response.ContentType = "text/html";
        http.Response.Headers["X-Cache"] = "Error from cloudfront";
        if (http.Request.Method != "HEAD")
            await http.Response.WriteAsync($"<!DOCTYPE html><html><head><title>ERROR: The request could not be satisfied</title></head><body><h1>{(int)status} ERROR</h1><p>{why}</p></body></html>", Encoding.UTF8, http.RequestAborted);
    }

    private static void WriteHeaders(HttpResponse response, CachedAnswer answer, string how, TimeSpan? age)
    {
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = ObjectHeaders.Ascii(value);
        response.Headers.ETag = $"\"{answer.ETag}\"";
        response.Headers.LastModified = answer.Modified.ToString("R");
        response.Headers.AcceptRanges = "bytes";
        response.Headers["X-Cache"] = $"{how} from cloudfront";
        response.Headers.Via = "1.1 edge.sandbox (CloudFront)";
        if (age is { } told)
            response.Headers.Age = $"{(long)told.TotalSeconds}";
    }

    private static ByteRange? RangeOf(HttpRequest request, CachedAnswer answer, out bool isSatisfiable)
    {
        isSatisfiable = true;
        if (answer.Status != 200 || (request.Headers.IfRange.ToString() is { Length: > 0 } condition && condition.Trim('"') != answer.ETag))
            return null;
        return ByteRange.Parse(request.Headers.Range, answer.Length, out isSatisfiable);
    }
}

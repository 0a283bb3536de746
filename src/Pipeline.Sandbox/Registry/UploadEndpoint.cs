using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Registry;

/// <summary>Blobs on their way in: in one request, in two, or in pieces.</summary>
/// <param name="blobs">Where they end up.</param>
internal sealed class UploadEndpoint(BlobStore blobs)
{
    /// <summary>POST: begins an upload, or is one, or takes the blob of another repository.</summary>
    public async Task StartAsync(HttpContext http, string repository)
    {
        var query = http.Request.Query;
        // The path's names have been checked already; this one comes from the query.
        if (Digest.TryParse(query["mount"], out var wanted) && ImageName.IsRepository(query["from"]) && blobs.Mount(repository, wanted, query["from"]!))
        {
            Created(http, repository, wanted);
            return;
        }

        var upload = BlobUpload.Start(blobs, repository);
        if (query.ContainsKey("digest"))
            await FinishAsync(http, repository, upload);
        else
            Accepted(http, repository, upload, StatusCodes.Status202Accepted);
    }

    /// <summary>PATCH: the next piece.</summary>
    public async Task AppendAsync(HttpContext http, string repository, string id)
    {
        var upload = BlobUpload.Find(blobs, repository, id);
        await upload.AppendAsync(http.Request.Body, Start(http.Request), http.RequestAborted);
        Accepted(http, repository, upload, StatusCodes.Status202Accepted);
    }

    /// <summary>PUT: the last piece, or all of it, or nothing more; and the digest.</summary>
    public Task FinishAsync(HttpContext http, string repository, string id) => FinishAsync(http, repository, BlobUpload.Find(blobs, repository, id));

    /// <summary>GET: how much has arrived.</summary>
    public Task StatusAsync(HttpContext http, string repository, string id)
    {
        Accepted(http, repository, BlobUpload.Find(blobs, repository, id), StatusCodes.Status204NoContent);
        return Task.CompletedTask;
    }

    /// <summary>DELETE: the client gave up.</summary>
    public Task CancelAsync(HttpContext http, string repository, string id)
    {
        BlobUpload.Find(blobs, repository, id).Cancel();
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static async Task FinishAsync(HttpContext http, string repository, BlobUpload upload)
    {
        if (!Digest.TryParse(http.Request.Query["digest"], out var digest))
            throw RegistryException.DigestInvalid(http.Request.Query.ContainsKey("digest") ? "unsupported digest" : "digest missing");
        await upload.AppendAsync(http.Request.Body, Start(http.Request), http.RequestAborted);
        await upload.FinishAsync(digest, http.RequestAborted);
        Created(http, repository, digest);
    }

    // Not the Content-Range of RFC 9110: "10-19", without a unit and a total. Some clients send the unit all the same.
    private static long? Start(HttpRequest request)
    {
        var text = request.Headers.ContentRange.ToString();
        if (text.Length == 0)
            return null;
        if (ContentRangeHeaderValue.TryParse(text, out var standard))
            return standard.From;
        return text.Split('-') is [var from, var to] && long.TryParse(from, out var start) && long.TryParse(to, out var end) && start <= end
            ? start
            : throw new RegistryException(StatusCodes.Status400BadRequest, "RANGE_INVALID", "invalid content range", text);
    }

    private static void Accepted(HttpContext http, string repository, BlobUpload upload, int status)
    {
        http.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
            http.Response.ContentLength = 0;
        http.Response.Headers.Location = $"http://{http.Request.Host}/v2/{repository}/blobs/uploads/{upload.Id}?_state={upload.Length}";
        http.Response.Headers["Docker-Upload-Uuid"] = $"{upload.Id}";
        // The end is inclusive, and an empty upload says 0-0 as well.
        http.Response.Headers.Range = $"0-{Math.Max(0, upload.Length - 1)}";
    }

    private static void Created(HttpContext http, string repository, Digest digest)
    {
        http.Response.StatusCode = StatusCodes.Status201Created;
        http.Response.ContentLength = 0;
        http.Response.Headers.Location = $"http://{http.Request.Host}/v2/{repository}/blobs/{digest}";
        http.Response.Headers["Docker-Content-Digest"] = $"{digest}";
    }
}

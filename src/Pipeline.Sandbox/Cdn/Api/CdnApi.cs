using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.ObjectStore.Signing;

namespace Pipeline.Sandbox.Cdn.Api;

/// <summary>CloudFront's API, as much of it as a deployment needs.</summary>
internal sealed class CdnApi(CdnOptions options, DistributionDocument distribution, Invalidations invalidations)
{
    private const string Version = "2020-05-31";
    private const int LargestBody = 2 << 20;
    private const int LargestPage = 100;

    // One endpoint serves all regions; requests to it are signed for this one.
    private readonly SignatureVerifier verifier = new(options.AccessKey, options.SecretKey, "us-east-1", "cloudfront", options.Time);

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var id = Guid.NewGuid().ToString();
        http.Response.Headers["x-amzn-RequestId"] = id;
        try
        {
            var target = RequestTarget.Of(http.Request);
            var body = await ReadAsync(http.Request);
            verifier.Verify(http.Request, target, Convert.ToHexStringLower(SHA256.HashData(body)));
            await RouteAsync(http, target, body);
        }
        catch (SignatureException e)
        {
            await AnswerAsync(http, CdnException.Of(e), id);
        }
        catch (CdnException e)
        {
            await AnswerAsync(http, e, id);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: there is nobody to answer.
        }
    }

    private Task RouteAsync(HttpContext http, RequestTarget target, byte[] body)
    {
        string[] parts = [.. target.Path.Split('/').Skip(1).Select(Uri.UnescapeDataString)];
        if (parts is not [Version, "distribution", .. var rest])
            throw new CdnException(HttpStatusCode.NotFound, "UnknownOperationException", "The requested operation is not known here.");
        if (rest is [var id, ..] && id != distribution.Id)
            throw CdnException.NoSuchDistribution();
        return (http.Request.Method, rest) switch
        {
            ("GET", []) => CdnXml.WriteAsync(http.Response, distribution.List(), http.RequestAborted),
            ("GET", [_]) => TellAsync(http, distribution.Whole(invalidations.InProgress)),
            ("GET", [_, "config"]) => TellAsync(http, distribution.Config()),
            ("POST", [_, "invalidation"]) => StartAsync(http, target, body),
            ("GET", [_, "invalidation"]) => ListAsync(http, target),
            ("GET", [_, "invalidation", var one]) => CdnXml.WriteAsync(http.Response, InvalidationDocument.Of(invalidations.Get(one)), http.RequestAborted),
            _ => throw new CdnException(HttpStatusCode.NotImplemented, "NotImplemented", "The sandbox's distribution cannot be changed."),
        };
    }

    private Task TellAsync(HttpContext http, System.Xml.Linq.XElement document)
    {
        http.Response.Headers.ETag = distribution.ETag;
        return CdnXml.WriteAsync(http.Response, document, http.RequestAborted);
    }

    private Task StartAsync(HttpContext http, RequestTarget target, byte[] body)
    {
        var (reference, paths) = InvalidationDocument.Read(body);
        var started = invalidations.Start(reference, paths);
        http.Response.Headers.Location = $"http://{http.Request.Host}{target.Path.TrimEnd('/')}/{started.Id}";
        return CdnXml.WriteAsync(http.Response, InvalidationDocument.Of(started), http.RequestAborted, HttpStatusCode.Created);
    }

    private Task ListAsync(HttpContext http, RequestTarget target)
    {
        var most = int.TryParse(target.Find("MaxItems"), out var wanted) && wanted > 0 ? Math.Min(wanted, LargestPage) : LargestPage;
        return CdnXml.WriteAsync(http.Response, InvalidationDocument.List(invalidations.All, target.Find("Marker") ?? "", most), http.RequestAborted);
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (var read = 1; read > 0; await body.WriteAsync(buffer.AsMemory(0, read)))
        {
            read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted);
            if (body.Length + read > LargestBody)
                throw new CdnException(HttpStatusCode.RequestEntityTooLarge, "BatchTooLarge", "Invalidation batch specified is too large.");
        }

        return body.ToArray();
    }

    private static Task AnswerAsync(HttpContext http, CdnException error, string id) => CdnXml.WriteAsync(
        http.Response,
        CdnXml.Element(
            "ErrorResponse",
            CdnXml.Element("Error", CdnXml.Element("Type", "Sender"), CdnXml.Element("Code", error.Code), CdnXml.Element("Message", error.Message)),
            CdnXml.Element("RequestId", id)),
        http.RequestAborted,
        error.Status);
}

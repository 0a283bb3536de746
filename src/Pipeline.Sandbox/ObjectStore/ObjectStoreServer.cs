using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.ObjectStore.Bodies;
using Pipeline.Sandbox.ObjectStore.Requests;
using Pipeline.Sandbox.ObjectStore.Signing;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore;

/// <summary>An S3-compatible store with path-style addresses, whose objects are files.</summary>
internal sealed class ObjectStoreServer : IAsyncDisposable
{
    private const string PayloadHeader = "x-amz-content-sha256";
    private readonly ObjectStoreOptions options;
    private readonly SignatureVerifier verifier;
    private readonly S3Routes routes;
    private LoopbackServer? server;

    private ObjectStoreServer(ObjectStoreOptions options)
    {
        this.options = options;
        Buckets = new BucketSet(options.Folder, options.Time);
        foreach (var bucket in options.Buckets)
            Buckets.Create(bucket);
        verifier = new SignatureVerifier(options.AccessKey, options.SecretKey, options.Region, "s3", options.Time);
        routes = new S3Routes(Buckets, options.Region, options.Time);
    }

    /// <summary>Where it listens.</summary>
    public string Address => server!.Address;

    /// <summary>Its port.</summary>
    public int Port => server!.Port;

    /// <summary>What it holds, for those in the same process, such as the CDN.</summary>
    public BucketSet Buckets { get; }

    /// <summary>Starts the store.</summary>
    public static async Task<ObjectStoreServer> StartAsync(ObjectStoreOptions options, CancellationToken cancellation)
    {
        var store = new ObjectStoreServer(options);
        store.server = await LoopbackServer.StartAsync(options.Door, store.HandleAsync, cancellation);
        return store;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => server!.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        var id = Guid.NewGuid().ToString("n")[..16].ToUpperInvariant();
        http.Response.Headers["x-amz-request-id"] = id;
        http.Response.Headers.Server = "AmazonS3";
        try
        {
            if (await FailsAsync(http))
                return;
            await routes.RouteAsync(Verified(http));
        }
        catch (SignatureException e)
        {
            await AnswerAsync(http, S3Exception.Of(e), id);
        }
        catch (S3Exception e)
        {
            await AnswerAsync(http, e, id);
        }
        catch (Exception e) when (e is OperationCanceledException || (e is IOException && http.RequestAborted.IsCancellationRequested))
        {
            // The client is gone, or its connection was cut on purpose: there is nobody to answer.
        }
    }

    private S3Request Verified(HttpContext http)
    {
        var target = RequestTarget.Of(http.Request);
        var isPresigned = target.Find("X-Amz-Algorithm") is not null;
        var payload = http.Request.Headers[PayloadHeader].ToString() is { Length: > 0 } value ? value : isPresigned ? "UNSIGNED-PAYLOAD" : "";
        var signature = verifier.Verify(http.Request, target, payload);
        if (!IsKnown(payload))
            throw S3Exception.InvalidArgument($"{PayloadHeader} must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.");
        return new S3Request(http, target, new RequestBody(http.Request, signature, payload), options.Faults);
    }

    private static bool IsKnown(string payload) =>
        payload is "UNSIGNED-PAYLOAD" or "STREAMING-UNSIGNED-PAYLOAD-TRAILER" or "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" or "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
        || (payload.Length == 64 && payload.All(char.IsAsciiHexDigit));

    private async Task<bool> FailsAsync(HttpContext http)
    {
        var faults = options.Faults;
        if (faults.Find("s3-down") is not null)
        {
            http.Abort();
            return true;
        }

        if (faults.Find("s3-slow") is { } slow)
            await Task.Delay(TimeSpan.FromSeconds(slow.Number(2)), options.Time, http.RequestAborted);
        return faults.Strikes("s3-503", 5) ? throw S3Exception.SlowDown() : false;
    }

    private static Task AnswerAsync(HttpContext http, S3Exception error, string id)
    {
        http.Response.StatusCode = (int)error.Status;
        if (http.Request.Method == "HEAD")
            return Task.CompletedTask;
        var document = new XElement(
            "Error",
            new XElement("Code", error.Code), new XElement("Message", error.Message),
            new XElement("Resource", http.Request.Path.Value), new XElement("RequestId", id));
        return S3Xml.WriteAsync(http.Response, document, http.RequestAborted, error.Status);
    }
}

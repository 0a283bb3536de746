using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>Which request is which: S3 tells them apart by method, key and query.</summary>
internal sealed class S3Routes(BucketSet buckets, string region, TimeProvider time)
{
    // Taken for a plain GET or PUT of the object, a request for one of these would destroy it.
    private static readonly string[] Unsupported =
    [
        "accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "logging", "metrics", "notification",
        "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select", "torrent", "versionId",
        "versions", "website", "append", "renameObject", "session",
    ];

    public Task RouteAsync(S3Request request)
    {
        if (request.Target.Query.FirstOrDefault(q => Unsupported.Contains(q.Key)) is { Key: { } name })
            throw S3Exception.NotImplemented(name);
        if (request.Bucket.Length == 0)
            return request.Method == "GET" ? BucketRequests.ListAsync(request, buckets) : throw S3Exception.MethodNotAllowed();
        return request.Key.Length == 0 ? OfBucket(request) : OfObject(request, buckets.Get(request.Bucket));
    }

    private Task OfBucket(S3Request request)
    {
        switch (request.Method)
        {
            case "PUT" when !request.Has("tagging") && !request.Has("versioning"):
                return BucketRequests.CreateAsync(request, buckets, region);
            case "HEAD":
                BucketRequests.Head(request, buckets, region);
                return Task.CompletedTask;
            case "DELETE" when !request.Has("tagging"):
                BucketRequests.Delete(request, buckets);
                return Task.CompletedTask;
            case "GET" when !request.Has("tagging"):
                return OfBucketGet(request, buckets.Get(request.Bucket));
            case "POST" when request.Has("delete"):
                return ObjectDeletes.DeleteManyAsync(request, buckets.Get(request.Bucket));
            case "GET" or "PUT" or "DELETE" or "POST":
                throw S3Exception.NotImplemented(request.Target.Query is [var first, ..] ? first.Key : "POST");
            default:
                throw S3Exception.MethodNotAllowed();
        }
    }

    private Task OfBucketGet(S3Request request, Bucket bucket) => request switch
    {
        _ when request.Has("location") => BucketRequests.LocateAsync(request, region),
        _ when request.Has("versioning") => BucketRequests.TellVersioningAsync(request),
        _ when request.Has("uploads") => Multipart.ListUploadsAsync(request, bucket),
        _ => Listings.ListAsync(request, bucket),
    };

    private Task OfObject(S3Request request, Bucket bucket)
    {
        switch (request.Method)
        {
            case "GET" when request.Has("tagging"):
                return ObjectTags.GetAsync(request, bucket);
            case "GET" when request.Has("uploadId"):
                return Multipart.ListPartsAsync(request, bucket);
            case "GET" or "HEAD":
                return ObjectReads.ReadAsync(request, bucket);
            case "PUT":
                return OfObjectPut(request, bucket);
            case "POST" when request.Has("uploads"):
                return Multipart.StartAsync(request, bucket, time);
            case "POST" when request.Has("uploadId"):
                return MultipartEnd.CompleteAsync(request, bucket, time);
            case "DELETE" when request.Has("uploadId"):
                Multipart.Abort(request, bucket);
                return Task.CompletedTask;
            case "DELETE" when request.Has("tagging"):
                ObjectTags.Delete(request, bucket);
                return Task.CompletedTask;
            case "DELETE":
                ObjectDeletes.Delete(request, bucket);
                return Task.CompletedTask;
            default:
                throw S3Exception.MethodNotAllowed();
        }
    }

    private Task OfObjectPut(S3Request request, Bucket bucket)
    {
        var copies = request.Header("x-amz-copy-source") is not null;
        return request switch
        {
            _ when request.Has("tagging") => ObjectTags.PutAsync(request, bucket),
            _ when request.Has("uploadId") => copies ? Multipart.CopyPartAsync(request, buckets, bucket, time) : Multipart.PutPartAsync(request, bucket, time),
            _ => copies ? ObjectCopies.CopyAsync(request, buckets, bucket, time) : ObjectWrites.PutAsync(request, bucket, time),
        };
    }
}

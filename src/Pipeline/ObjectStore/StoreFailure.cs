using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Pipeline.Errors;

namespace Pipeline.ObjectStore;

/// <summary>Turns what the S3 client throws into a sentence for people.</summary>
internal static class StoreFailure
{
    /// <summary>True for what the store, the network or the search for credentials threw.</summary>
    public static bool IsOne(Exception error) => error is AmazonServiceException or AmazonClientException or HttpRequestException or IOException { InnerException: System.Net.Sockets.SocketException };

    /// <summary>The sentence.</summary>
    public static FailureException Of(Exception error, string bucket, ObjectStoreOptions storage)
    {
        var store = string.IsNullOrWhiteSpace(storage.StorageEndpoint) ? "Amazon S3" : storage.StorageEndpoint;
        var why = error switch
        {
            AmazonS3Exception { StatusCode: HttpStatusCode.NotFound } => "there is no such bucket or object. Check its name, or create it",
            AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden } e => $"these credentials may not use it ({e.ErrorCode ?? "403"}). Check AWS_ACCESS_KEY_ID, AWS_PROFILE or the instance's role",
            AmazonS3Exception { StatusCode: HttpStatusCode.MovedPermanently } => "it is in another region. Set StorageRegion",
            AmazonServiceException { InnerException: HttpRequestException inner } => inner.Message,
            _ => error.Message,
        };
        return new FailureException($"The bucket '{bucket}' at {store}: {why}.", cause: error);
    }
}

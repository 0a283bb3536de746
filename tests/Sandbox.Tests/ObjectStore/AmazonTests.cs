using Amazon.S3;
using Amazon.S3.Model;

namespace Sandbox.Tests.ObjectStore;

/// <summary>
/// What Amazon documents and the test bed's store (moto) does not do: it cuts an old listing by keys alone, leaves the overrides in a
/// presigned address unheeded, and fails on an upload that is over.
/// </summary>
public sealed class AmazonTests : IAsyncLifetime
{
    private StoreBed bed = null!;
    private AmazonS3Client client = null!;

    public async Task InitializeAsync()
    {
        bed = await StoreBed.StartAsync();
        client = bed.Client();
    }

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Fact]
    public async Task The_old_listing_goes_on_from_its_marker()
    {
        foreach (var key in new[] { "a", "b/1", "b/2", "c" })
            await PutAsync(key);

        var first = await client.ListObjectsAsync(new ListObjectsRequest { BucketName = StoreBed.Bucket, Delimiter = "/", MaxKeys = 2 });
        var rest = await client.ListObjectsAsync(new ListObjectsRequest { BucketName = StoreBed.Bucket, Delimiter = "/", Marker = first.NextMarker });

        Assert.Equal((true, "b/"), (first.IsTruncated == true, first.NextMarker));
        Assert.Equal("c", Assert.Single(rest.S3Objects).Key);
        Assert.Empty(rest.CommonPrefixes ?? []);
    }

    [Fact]
    public async Task A_presigned_address_may_choose_the_headers_of_its_answer()
    {
        await PutAsync("key");
        var address = await client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = StoreBed.Bucket,
            Key = "key",
            Expires = DateTime.UtcNow.AddMinutes(5),
            Protocol = Protocol.HTTP,
            ResponseHeaderOverrides = new() { ContentType = "text/x-special" },
        });

        using var http = new HttpClient();
        using var got = await http.GetAsync(new Uri(address));

        Assert.Equal("text/x-special", $"{got.Content.Headers.ContentType}");
    }

    [Fact]
    public async Task An_upload_that_was_given_up_is_gone()
    {
        var id = (await client.InitiateMultipartUploadAsync(StoreBed.Bucket, "dump")).UploadId;
        await client.AbortMultipartUploadAsync(StoreBed.Bucket, "dump", id);
        var request = new CompleteMultipartUploadRequest { BucketName = StoreBed.Bucket, Key = "dump", UploadId = id, PartETags = [new(1, "x")] };

        Assert.Equal("NoSuchUpload", (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.CompleteMultipartUploadAsync(request))).ErrorCode);
    }

    private Task<PutObjectResponse> PutAsync(string key) => client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = key, ContentBody = key });
}

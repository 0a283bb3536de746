using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Pipeline.Sandbox.Faults;

namespace Sandbox.Tests.ObjectStore;

public sealed class StoreFaultTests : IAsyncLifetime
{
    private static readonly byte[] Content = new byte[1 << 20];
    private StoreBed bed = null!;

    public async Task InitializeAsync() => bed = await StoreBed.StartAsync();

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Fact]
    public async Task A_store_that_is_busy_says_so_as_often_as_it_was_told()
    {
        var client = bed.ImpatientClient();
        bed.Faults.On(Fault.Parse("s3-503:2"));

        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.ListBucketsAsync());
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "SlowDown"), (error.StatusCode, error.ErrorCode));
        }

        await client.ListBucketsAsync();
    }

    [Fact]
    public async Task A_write_whose_connection_is_cut_changes_nothing()
    {
        var client = bed.ImpatientClient();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "key", ContentBody = "before" });
        bed.Faults.On(Fault.Parse("s3-cut"));

        // Not with the SDK: it begins again on another connection by itself.
        var cut = new HandSigned("PUT", $"/{StoreBed.Bucket}/key") { Body = new string('x', Content.Length) };
        await Assert.ThrowsAsync<IOException>(() => cut.SendAsync(bed.Server.Port));

        Assert.Equal(6, bed.Server.Buckets.Get(StoreBed.Bucket).Find("key")!.Length);
        await PutAsync(client);
        Assert.Equal(Content.Length, bed.Server.Buckets.Get(StoreBed.Bucket).Find("key")!.Length);
        Assert.Single(Directory.GetFiles(Path.Combine(bed.Folder, StoreBed.Bucket, "content")));
    }

    [Fact]
    public async Task A_read_whose_connection_is_cut_ends_early()
    {
        var client = bed.ImpatientClient();
        await PutAsync(client);
        bed.Faults.On(Fault.Parse("s3-cut"));

        var error = await Assert.ThrowsAnyAsync<Exception>(() => GetAsync(client));

        Assert.True(error is IOException or HttpRequestException, $"{error}");
        Assert.Equal(Content.Length, await GetAsync(client));
    }

    [Fact]
    public async Task A_store_that_is_down_answers_nobody()
    {
        var client = bed.ImpatientClient();
        bed.Faults.On(Fault.Parse("s3-down"));
        var error = await Assert.ThrowsAnyAsync<Exception>(() => client.ListBucketsAsync());
        Assert.True(error is AmazonServiceException { InnerException: HttpRequestException } or AmazonClientException or HttpRequestException or IOException, $"{error}");

        bed.Faults.Clear();
        await client.ListBucketsAsync();
    }

    [Fact]
    public async Task A_store_may_tell_another_tag_than_the_contents()
    {
        var client = bed.ImpatientClient();
        bed.Faults.On(Fault.Parse("s3-wrong-etag"));

        var put = await PutAsync(client);

        Assert.NotEqual($"\"{bed.Server.Buckets.Get(StoreBed.Bucket).Find("key")!.ETag}\"", put.ETag);
    }

    [Fact]
    public async Task A_slow_store_answers_in_the_end()
    {
        var client = bed.ImpatientClient();
        bed.Faults.On(Fault.Parse("s3-slow:1"));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        await client.ListBucketsAsync();

        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(0.9), $"{watch.Elapsed}");
    }

    private static Task<PutObjectResponse> PutAsync(AmazonS3Client client) =>
        client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "key", InputStream = new MemoryStream(Content) });

    private static async Task<long> GetAsync(AmazonS3Client client)
    {
        using var got = await client.GetObjectAsync(StoreBed.Bucket, "key");
        using var read = new MemoryStream();
        await got.ResponseStream.CopyToAsync(read);
        return read.Length;
    }
}

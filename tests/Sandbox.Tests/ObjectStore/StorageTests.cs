using Amazon.S3;
using Amazon.S3.Model;

namespace Sandbox.Tests.ObjectStore;

public sealed class StorageTests : IAsyncLifetime
{
    private StoreBed bed = null!;

    public async Task InitializeAsync() => bed = await StoreBed.StartAsync();

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Fact]
    public async Task A_restart_finds_objects_and_unfinished_uploads()
    {
        var client = bed.Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "key", ContentBody = "text", ContentType = "text/css", Metadata = { ["sha256"] = "abc" }, TagSet = [new() { Key = "a", Value = "b" }] });
        var id = (await client.InitiateMultipartUploadAsync(StoreBed.Bucket, "dump")).UploadId;
        using var stream = new MemoryStream([1, 2, 3]);
        var part = await client.UploadPartAsync(new UploadPartRequest { BucketName = StoreBed.Bucket, Key = "dump", UploadId = id, PartNumber = 1, InputStream = stream });

        await bed.RestartAsync();

        client = bed.Client();
        var found = await client.GetObjectMetadataAsync(StoreBed.Bucket, "key");
        Assert.Equal(("text/css", "abc", 4), (found.Headers.ContentType, found.Metadata["sha256"], found.ContentLength));
        Assert.Equal("b", Assert.Single((await client.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = StoreBed.Bucket, Key = "key" })).Tagging).Value);
        await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = StoreBed.Bucket, Key = "dump", UploadId = id, PartETags = [new(1, part.ETag)] });
        Assert.Equal(3, (await client.GetObjectMetadataAsync(StoreBed.Bucket, "dump")).ContentLength);
    }

    [Fact]
    public async Task An_upload_is_completed_again_by_a_client_that_missed_the_answer()
    {
        var client = bed.Client();
        var id = (await client.InitiateMultipartUploadAsync(StoreBed.Bucket, "dump")).UploadId;
        using var stream = new MemoryStream([1, 2, 3]);
        var part = await client.UploadPartAsync(new UploadPartRequest { BucketName = StoreBed.Bucket, Key = "dump", UploadId = id, PartNumber = 1, InputStream = stream });
        var request = new CompleteMultipartUploadRequest { BucketName = StoreBed.Bucket, Key = "dump", UploadId = id, PartETags = [new(1, part.ETag)] };
        var first = await client.CompleteMultipartUploadAsync(request);

        Assert.Equal(first.ETag, (await client.CompleteMultipartUploadAsync(request)).ETag);
    }

    [Fact]
    public async Task What_nothing_refers_to_is_removed()
    {
        var client = bed.Client();
        foreach (var text in new[] { "one", "two" })
            await client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "key", ContentBody = text });
        var folder = Path.Combine(bed.Folder, StoreBed.Bucket, "content");
        Assert.Single(Directory.GetFiles(folder));
        await File.WriteAllTextAsync(Path.Combine(folder, "left-by-a-crash"), "x");

        await bed.RestartAsync();

        Assert.Single(Directory.GetFiles(folder));
        Assert.NotNull(bed.Server.Buckets.Get(StoreBed.Bucket).Open("key")?.Content);
    }

    [Fact]
    public async Task Sixty_four_at_once_never_see_half_of_a_write()
    {
        var client = bed.Client();
        await client.PutObjectAsync(Filled(0));
        await Parallel.ForEachAsync(Enumerable.Range(1, 320), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, stop) =>
        {
            if (i % 4 == 0)
            {
                await client.PutObjectAsync(Filled(i), stop);
                return;
            }

            using var got = await client.GetObjectAsync(StoreBed.Bucket, "key", stop);
            using var content = new MemoryStream();
            await got.ResponseStream.CopyToAsync(content, stop);
            Assert.Equal(50_000, content.Length);
            Assert.Single(content.ToArray().Distinct());
#pragma warning disable CA5351 // An ETag is MD5 by definition.
            Assert.Equal(got.ETag, $"\"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(content.ToArray()))}\"");
#pragma warning restore CA5351
        });
    }

    [Fact]
    public async Task Of_many_first_writers_one_wins()
    {
        var client = bed.Client();
        var won = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 32), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, stop) =>
        {
            try
            {
                await client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "lock", ContentBody = $"{i}", IfNoneMatch = "*" }, stop);
                Interlocked.Increment(ref won);
            }
            catch (AmazonS3Exception e) when (e.ErrorCode == "PreconditionFailed")
            {
                // Another was first.
            }
        });

        Assert.Equal(1, won);
    }

    [Fact]
    public async Task A_condition_on_one_of_many_keys_keeps_only_that_one()
    {
        var client = bed.Client();
        foreach (var key in new[] { "a", "b" })
            await client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = key, ContentBody = key });

        var error = await Assert.ThrowsAsync<DeleteObjectsException>(() => client.DeleteObjectsAsync(
            new DeleteObjectsRequest { BucketName = StoreBed.Bucket, Quiet = true, Objects = [new() { Key = "a", ETag = "\"other\"" }, new() { Key = "b" }] }));

        Assert.Equal(("a", "PreconditionFailed"), (error.Response.DeleteErrors[0].Key, error.Response.DeleteErrors[0].Code));
        Assert.Equal(["a"], bed.Server.Buckets.Get(StoreBed.Bucket).Objects.Keys);
    }

    [Fact]
    public async Task A_part_is_copied_out_of_another_object()
    {
        var client = bed.Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "from", ContentBody = "0123456789" });
        var id = (await client.InitiateMultipartUploadAsync(StoreBed.Bucket, "to")).UploadId;
        var part = await client.CopyPartAsync(new CopyPartRequest
        {
            SourceBucket = StoreBed.Bucket,
            SourceKey = "from",
            DestinationBucket = StoreBed.Bucket,
            DestinationKey = "to",
            UploadId = id,
            PartNumber = 1,
            FirstByte = 2,
            LastByte = 4,
        });
        await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = StoreBed.Bucket, Key = "to", UploadId = id, PartETags = [new(1, part.ETag)] });

        using var got = await client.GetObjectAsync(StoreBed.Bucket, "to");
        using var reader = new StreamReader(got.ResponseStream);
        Assert.Equal("234", await reader.ReadToEndAsync());
    }

    private static PutObjectRequest Filled(int number)
    {
        var content = new byte[50_000];
        Array.Fill(content, (byte)number);
        return new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "key", InputStream = new MemoryStream(content) };
    }
}

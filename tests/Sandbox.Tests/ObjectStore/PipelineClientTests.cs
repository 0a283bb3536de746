using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Pipeline.ObjectStore;
using Pipeline.Sandbox.Faults;

namespace Sandbox.Tests.ObjectStore;

/// <summary>The pipeline's own client, which takes its credentials from the environment.</summary>
[Collection(nameof(EnvironmentCredentials))]
public sealed class PipelineClientTests : IAsyncLifetime
{
    private StoreBed bed = null!;

    public async Task InitializeAsync() => bed = await StoreBed.StartAsync();

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Fact]
    public async Task A_dump_goes_up_in_parts_and_comes_back()
    {
        using var folder = new TestFolder();
        var file = Path.Combine(folder.Path, "dump");
        var content = new byte[20 << 20];
        Random.Shared.NextBytes(content);
        await File.WriteAllBytesAsync(file, content);
        using var client = S3.Open(new ObjectStoreOptions { StorageEndpoint = bed.Server.Address });
        using (var transfer = new TransferUtility(client, new TransferUtilityConfig { ConcurrentServiceRequests = 4, MinSizeBeforePartUpload = 16 << 20 }))
            await transfer.UploadAsync(new TransferUtilityUploadRequest { BucketName = StoreBed.Bucket, Key = "dump", FilePath = file, PartSize = 6 << 20 });

        using var got = await client.GetObjectAsync(StoreBed.Bucket, "dump");
        using var read = new MemoryStream();
        await got.ResponseStream.CopyToAsync(read);

        Assert.Equal(content, read.ToArray());
        Assert.Equal(4, bed.Server.Buckets.Get(StoreBed.Bucket).Find("dump")!.Parts.Length);
    }

    [Theory]
    [InlineData("s3-503:2")]
    [InlineData("s3-cut:1")]
    public async Task A_store_that_fails_for_a_moment_is_asked_again(string fault)
    {
        using var client = S3.Open(new ObjectStoreOptions { StorageEndpoint = bed.Server.Address });
        bed.Faults.On(Fault.Parse(fault));

        await client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "page", ContentBody = "text", UseChunkEncoding = false });

        Assert.NotNull(bed.Server.Buckets.Get(StoreBed.Bucket).Find("page"));
    }
}

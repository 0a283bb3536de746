using Amazon.S3;
using Amazon.S3.Model;

namespace Sandbox.Tests.ObjectStore;

public sealed class BodyTests : IAsyncLifetime
{
    private const string Digits = "123456789";
    private StoreBed bed = null!;

    public async Task InitializeAsync() => bed = await StoreBed.StartAsync();

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Every_way_of_sending_arrives(bool chunked, bool onlyWhenRequired)
    {
        var content = new byte[300_000];
        Random.Shared.NextBytes(content);
        using var stream = new MemoryStream(content);
        var client = bed.Client(c => c.RequestChecksumCalculation = onlyWhenRequired ? Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED : Amazon.Runtime.RequestChecksumCalculation.WHEN_SUPPORTED);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "key", InputStream = stream, UseChunkEncoding = chunked });

        using var got = await client.GetObjectAsync(StoreBed.Bucket, "key");
        using var read = new MemoryStream();
        await got.ResponseStream.CopyToAsync(read);
        Assert.Equal(content, read.ToArray());
        Assert.Empty(got.Headers.ContentEncoding ?? "");
    }

    [Theory]
    [InlineData(true, "SignatureDoesNotMatch")]
    [InlineData(false, "XAmzContentSHA256Mismatch")]
    public async Task A_body_that_was_changed_on_the_way_is_refused(bool chunked, string code)
    {
        var client = Tampered((_, body) => body.Replace(Digits, "987654321", StringComparison.Ordinal));

        Assert.Equal(code, await PutAsync(client, chunked));
        Assert.Null(bed.Server.Buckets.Get(StoreBed.Bucket).Find("key"));
    }

    [Fact]
    public async Task A_trailer_that_was_changed_on_the_way_is_refused()
    {
        var client = Tampered((_, body) => body.Contains("x-amz-checksum-crc32:", StringComparison.Ordinal) ? body.Replace("y/Q5Jg==", "AAAAAA==", StringComparison.Ordinal) : throw new InvalidOperationException(body));

        Assert.Equal("SignatureDoesNotMatch", await PutAsync(client, chunked: true));
    }

    [Fact]
    public async Task A_body_that_ends_early_is_no_object()
    {
        // The last chunk is missing; what follows it is there, as padding.
        var client = Tampered((_, body) => body[..body.IndexOf("\r\n0;", StringComparison.Ordinal)].PadRight(body.Length));

        Assert.Equal("IncompleteBody", await PutAsync(client, chunked: true));
        var lacking = new HandSigned("PUT", $"/{StoreBed.Bucket}/key")
        {
            Payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            Body = "5\r\n12345\r\n0\r\n\r\n",
            Headers = { ["x-amz-decoded-content-length"] = "9" },
        };
        Assert.Contains("<Code>IncompleteBody</Code>", await lacking.SendAsync(bed.Server.Port), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crc32", "y/Q5Jg==")]
    [InlineData("crc32c", "4waSgw==")]
    [InlineData("crc64nvme", "rosUhgp5mIg=")]
    [InlineData("sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=")]
    [InlineData("sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=")]
    public async Task A_checksum_behind_the_body_is_checked(string kind, string right)
    {
        Assert.Contains("200 OK", await TrailedAsync(kind, right), StringComparison.Ordinal);
        Assert.Contains("<Code>BadDigest</Code>", await TrailedAsync(kind, "AA" + right[2..]), StringComparison.Ordinal);
        Assert.Contains("200 OK", await HeadedAsync($"x-amz-checksum-{kind}", right), StringComparison.Ordinal);
        Assert.Contains("<Code>BadDigest</Code>", await HeadedAsync($"x-amz-checksum-{kind}", "AA" + right[2..]), StringComparison.Ordinal);
        Assert.Contains("<Code>InvalidRequest</Code>", await HeadedAsync($"x-amz-checksum-{kind}", "short"), StringComparison.Ordinal);
        var told = new HandSigned("HEAD", $"/{StoreBed.Bucket}/key") { Headers = { ["x-amz-checksum-mode"] = "ENABLED" } };
        Assert.Contains($"x-amz-checksum-{kind}: {right}", await told.SendAsync(bed.Server.Port), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_MD5_of_the_body_is_checked()
    {
        Assert.Contains("200 OK", await HeadedAsync("content-md5", "JfnnlDI7RTiF9RgfG2JNCw=="), StringComparison.Ordinal);
        Assert.Contains("<Code>BadDigest</Code>", await HeadedAsync("content-md5", "AAAAAAAAAAAAAAAAAAAAAA=="), StringComparison.Ordinal);
        Assert.Contains("<Code>InvalidDigest</Code>", await HeadedAsync("content-md5", "short"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_keys_to_delete_must_be_guarded() => Assert.Contains(
        "Missing required header",
        await new HandSigned("POST", $"/{StoreBed.Bucket}?delete=") { Body = "<Delete><Object><Key>a</Key></Object></Delete>" }.SendAsync(bed.Server.Port),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("COMPOSITE")]
    [InlineData("FULL_OBJECT")]
    public async Task The_checksum_of_an_object_made_of_parts_is_told_and_checked(string type)
    {
        var client = bed.Client();
        var id = (await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest
        {
            BucketName = StoreBed.Bucket,
            Key = "key",
            ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
            ChecksumType = ChecksumType.FindValue(type),
        })).UploadId;
        using var stream = new MemoryStream("123456789"u8.ToArray());
        var part = await client.UploadPartAsync(new UploadPartRequest { BucketName = StoreBed.Bucket, Key = "key", UploadId = id, PartNumber = 1, InputStream = stream, ChecksumAlgorithm = ChecksumAlgorithm.CRC32 });
        var request = new CompleteMultipartUploadRequest { BucketName = StoreBed.Bucket, Key = "key", UploadId = id, PartETags = [new PartETag(1, part.ETag) { ChecksumCRC32 = part.ChecksumCRC32 }] };
        // CRC-32 of the four bytes CB F4 39 26.
        var expected = type == "FULL_OBJECT" ? "y/Q5Jg==" : "7kxlUA==-1";
        request.ChecksumCRC32 = "AAAAAA==";
        var refused = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.CompleteMultipartUploadAsync(request));
        request.ChecksumCRC32 = null;

        var done = await client.CompleteMultipartUploadAsync(request);

        Assert.Equal(("BadDigest", expected, type), (refused.ErrorCode, done.ChecksumCRC32, $"{done.ChecksumType}"));
    }

    private AmazonS3Client Tampered(Func<HttpRequestMessage, string, string> change) => bed.Client(c => (c.HttpClientFactory, c.MaxErrorRetry) = (new Tampering(change), 0));

    private static async Task<string?> PutAsync(AmazonS3Client client, bool chunked)
    {
        var request = new PutObjectRequest { BucketName = StoreBed.Bucket, Key = "key", ContentBody = Digits, UseChunkEncoding = chunked };
        return (await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.PutObjectAsync(request))).ErrorCode;
    }

    private Task<string> TrailedAsync(string kind, string value) => new HandSigned("PUT", $"/{StoreBed.Bucket}/key")
    {
        Payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        Body = $"5\r\n12345\r\n4\r\n6789\r\n0\r\nx-amz-checksum-{kind}:{value}\r\n\r\n",
        Headers = { ["content-encoding"] = "aws-chunked", ["x-amz-decoded-content-length"] = "9", ["x-amz-trailer"] = $"x-amz-checksum-{kind}" },
    }.SendAsync(bed.Server.Port);

    private Task<string> HeadedAsync(string header, string value) =>
        new HandSigned("PUT", $"/{StoreBed.Bucket}/key") { Body = Digits, Headers = { [header] = value } }.SendAsync(bed.Server.Port);
}

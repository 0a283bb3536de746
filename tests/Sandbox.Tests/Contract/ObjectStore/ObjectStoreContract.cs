using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Sandbox.Tests.Contract.ObjectStore;

/// <summary>What an object store answers; the sandbox's and another one must pass the same assertions.</summary>
public abstract class ObjectStoreContract : IAsyncLifetime
{
    private const string Text = "one object, long enough to be cut";
    private readonly string bucket = $"contract-{Guid.NewGuid():N}"[..40];

    private IAmazonS3 Client { get; set; } = null!;

    /// <summary>A client of the store; may skip the test.</summary>
    protected abstract Task<IAmazonS3> ConnectAsync();

    /// <inheritdoc />
    public virtual Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public virtual async Task DisposeAsync()
    {
        if (Client is null)
            return;
        foreach (var upload in (await Client.ListMultipartUploadsAsync(bucket)).MultipartUploads ?? [])
            await Client.AbortMultipartUploadAsync(bucket, upload.Key, upload.UploadId);
        foreach (var one in (await Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket })).S3Objects ?? [])
            await Client.DeleteObjectAsync(bucket, one.Key);
        await Client.DeleteBucketAsync(bucket);
    }

    [SkippableFact]
    public async Task An_object_is_read_as_it_was_written()
    {
        await StartAsync();
        var request = new PutObjectRequest { BucketName = bucket, Key = "page.html", ContentBody = Text, ContentType = "text/html; charset=utf-8" };
        request.Headers.CacheControl = "no-cache";
        request.Headers.ContentEncoding = "gzip";
        request.Headers.ContentDisposition = "inline";
        request.Metadata.Add("sha256", "abc");
        var put = await Client.PutObjectAsync(request);

        using var got = await Client.GetObjectAsync(bucket, "page.html");
        using var reader = new StreamReader(got.ResponseStream);
        Assert.Equal(Text, await reader.ReadToEndAsync());
        Assert.Equal(put.ETag, got.ETag);
        Assert.Equal(("text/html; charset=utf-8", "no-cache", "gzip", "inline"), (got.Headers.ContentType, got.Headers.CacheControl, got.Headers.ContentEncoding, got.Headers.ContentDisposition));
        Assert.Equal("abc", got.Metadata["sha256"]);
        var head = await Client.GetObjectMetadataAsync(bucket, "page.html");
        Assert.Equal((put.ETag, Text.Length, "abc"), (head.ETag, (int)head.ContentLength, head.Metadata["sha256"]));
    }

    [SkippableFact]
    public async Task The_tag_of_an_object_in_one_piece_is_its_MD5()
    {
        await StartAsync();
        var put = await PutAsync("a", "hello");

        Assert.Equal("\"5d41402abc4b2a76b9719d911017c592\"", put.ETag);
    }

    [SkippableTheory]
    [InlineData("plus + space")]
    [InlineData("percent %41 & and = ? #")]
    [InlineData("日本語/ファイル.txt")]
    [InlineData("twice//slashed/")]
    [InlineData("~!*'();:@$,[]")]
    public async Task A_key_with_odd_characters_is_written_listed_and_read(string key)
    {
        await StartAsync();
        await PutAsync(key, Text);

        Assert.Equal(key, Assert.Single((await ListAsync(new())).S3Objects).Key);
        using var got = await Client.GetObjectAsync(bucket, key);
        Assert.Equal(Text.Length, got.ContentLength);
        await Client.DeleteObjectAsync(bucket, key);
        Assert.Empty((await ListAsync(new())).S3Objects ?? []);
    }

    [SkippableFact]
    public async Task A_part_of_an_object_is_read()
    {
        await StartAsync();
        await PutAsync("a", Text);

        using var part = await Client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = "a", ByteRange = new ByteRange(4, 9) });
        using var reader = new StreamReader(part.ResponseStream);
        Assert.Equal((HttpStatusCode.PartialContent, Text[4..10], $"bytes 4-9/{Text.Length}"), (part.HttpStatusCode, await reader.ReadToEndAsync(), part.ContentRange));
        var error = await FailsAsync(() => Client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = "a", ByteRange = new ByteRange(1000, 2000) }));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange"), (error.StatusCode, error.ErrorCode));
    }

    [SkippableFact]
    public async Task A_conditional_read_is_answered_as_its_condition_says()
    {
        await StartAsync();
        var tag = (await PutAsync("a", Text)).ETag;

        var same = await FailsAsync(() => Client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = "a", EtagToNotMatch = tag }));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        var other = await FailsAsync(() => Client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = "a", EtagToMatch = "\"other\"" }));
        Assert.Equal(HttpStatusCode.PreconditionFailed, other.StatusCode);
        using var good = await Client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = "a", EtagToMatch = tag });
        Assert.Equal(HttpStatusCode.OK, good.HttpStatusCode);
    }

    [SkippableFact]
    public async Task What_is_not_there_is_said_to_be_not_there()
    {
        await StartAsync();
        var key = await FailsAsync(() => Client.GetObjectAsync(bucket, "nothing"));
        Assert.Equal((HttpStatusCode.NotFound, "NoSuchKey"), (key.StatusCode, key.ErrorCode));
        var head = await FailsAsync(() => Client.GetObjectMetadataAsync(bucket, "nothing"));
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        var none = await FailsAsync(() => Client.GetObjectAsync($"{bucket}-none", "nothing"));
        Assert.Equal((HttpStatusCode.NotFound, "NoSuchBucket"), (none.StatusCode, none.ErrorCode));
        var removed = await Client.DeleteObjectAsync(bucket, "nothing");
        Assert.Equal(HttpStatusCode.NoContent, removed.HttpStatusCode);
    }

    [SkippableFact]
    public async Task A_write_that_must_be_the_first_is_refused_when_it_is_not()
    {
        await StartAsync();
        await Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "lock", ContentBody = "1", IfNoneMatch = "*" });

        var error = await FailsAsync(() => Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "lock", ContentBody = "2", IfNoneMatch = "*" }));

        Assert.Equal((HttpStatusCode.PreconditionFailed, "PreconditionFailed"), (error.StatusCode, error.ErrorCode));
    }

    [SkippableFact]
    public async Task A_write_over_a_known_version_is_refused_when_it_is_another()
    {
        await StartAsync();
        var first = await PutAsync("release.json", "1");
        await Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "release.json", ContentBody = "2", IfMatch = first.ETag });

        var error = await FailsAsync(() => Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "release.json", ContentBody = "3", IfMatch = first.ETag }));

        Assert.Equal((HttpStatusCode.PreconditionFailed, "PreconditionFailed"), (error.StatusCode, error.ErrorCode));
    }

    [SkippableFact]
    public async Task A_long_list_comes_in_pages()
    {
        await StartAsync();
        foreach (var key in new[] { "c", "a", "b/2", "b/1", "e", "d" })
            await PutAsync(key, key);
        var keys = new List<string>();
        ListObjectsV2Response page;
        string? token = null;
        do
        {
            page = await ListAsync(new() { MaxKeys = 2, ContinuationToken = token });
            Assert.Equal(page.S3Objects.Count, page.KeyCount);
            keys.AddRange(page.S3Objects.Select(o => o.Key));
            token = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);

        Assert.Equal(["a", "b/1", "b/2", "c", "d", "e"], keys);
    }

    [SkippableFact]
    public async Task A_delimiter_folds_what_keys_have_in_common()
    {
        await StartAsync();
        foreach (var key in new[] { "a", "b/1", "b/2", "c/1/x", "d" })
            await PutAsync(key, key);

        var all = await ListAsync(new() { Delimiter = "/" });
        Assert.Equal((["a", "d"], ["b/", "c/"]), (all.S3Objects.Select(o => o.Key).ToArray(), all.CommonPrefixes.ToArray()), new PairOfLists());
        var below = await ListAsync(new() { Delimiter = "/", Prefix = "c/" });
        Assert.Equal(["c/1/"], below.CommonPrefixes);
        var after = await ListAsync(new() { StartAfter = "b/1" });
        Assert.Equal(["b/2", "c/1/x", "d"], after.S3Objects.Select(o => o.Key));
        var first = await ListAsync(new() { Delimiter = "/", MaxKeys = 2 });
        var rest = await ListAsync(new() { Delimiter = "/", ContinuationToken = first.NextContinuationToken });
        Assert.Equal((["d"], ["c/"]), (rest.S3Objects.Select(o => o.Key).ToArray(), rest.CommonPrefixes.ToArray()), new PairOfLists());
    }

    [SkippableFact]
    public async Task Keys_are_listed_in_the_order_of_their_bytes()
    {
        await StartAsync();
        string[] keys = ["A", "a", "ａ", "\U0001F600"];
        foreach (var key in keys.Reverse())
            await PutAsync(key, key);

        Assert.Equal(keys, (await ListAsync(new())).S3Objects.Select(o => o.Key));
    }

    [SkippableFact]
    public async Task A_copy_keeps_the_headers_unless_it_is_told_others()
    {
        await StartAsync();
        var request = new PutObjectRequest { BucketName = bucket, Key = "from +1", ContentBody = Text, ContentType = "text/css" };
        request.Metadata.Add("sha256", "abc");
        await Client.PutObjectAsync(request);
        await Client.CopyObjectAsync(new CopyObjectRequest { SourceBucket = bucket, SourceKey = "from +1", DestinationBucket = bucket, DestinationKey = "kept" });
        await Client.CopyObjectAsync(new CopyObjectRequest
        {
            SourceBucket = bucket,
            SourceKey = "from +1",
            DestinationBucket = bucket,
            DestinationKey = "replaced",
            MetadataDirective = S3MetadataDirective.REPLACE,
            ContentType = "text/plain",
        });

        var kept = await Client.GetObjectMetadataAsync(bucket, "kept");
        var replaced = await Client.GetObjectMetadataAsync(bucket, "replaced");
        Assert.Equal(("text/css", "abc"), (kept.Headers.ContentType, kept.Metadata["sha256"]));
        Assert.Equal(("text/plain", null), (replaced.Headers.ContentType, replaced.Metadata["sha256"]));
        Assert.Equal(kept.ETag, replaced.ETag);
    }

    [SkippableFact]
    public async Task Many_objects_are_removed_at_once()
    {
        await StartAsync();
        await PutAsync("a", "a");
        await PutAsync("b & <c>", "b");

        var answer = await Client.DeleteObjectsAsync(new DeleteObjectsRequest { BucketName = bucket, Objects = [new() { Key = "a" }, new() { Key = "b & <c>" }, new() { Key = "nothing" }] });

        Assert.Equal(["a", "b & <c>", "nothing"], answer.DeletedObjects.Select(d => d.Key).Order(StringComparer.Ordinal));
        Assert.Empty((await ListAsync(new())).S3Objects ?? []);
    }

    [SkippableFact]
    public async Task An_object_is_made_of_parts()
    {
        await StartAsync();
        var (big, small) = (new byte[5 << 20], "the end"u8.ToArray());
        var id = (await Client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = bucket, Key = "dump", ContentType = "application/x-dump" })).UploadId;
        var second = await PartAsync("dump", id, 2, small);
        var first = await PartAsync("dump", id, 1, big);
        Assert.Equal([1, 2], (await Client.ListPartsAsync(bucket, "dump", id)).Parts.Select(p => p.PartNumber!.Value));
        Assert.Equal(id, Assert.Single((await Client.ListMultipartUploadsAsync(bucket)).MultipartUploads).UploadId);

        var done = await CompleteAsync("dump", id, first, second);

        Assert.EndsWith("-2\"", done.ETag, StringComparison.Ordinal);
        var head = await Client.GetObjectMetadataAsync(bucket, "dump");
        Assert.Equal((done.ETag, (5 << 20) + small.Length, "application/x-dump"), (head.ETag, (int)head.ContentLength, head.Headers.ContentType));
        Assert.Empty((await Client.ListMultipartUploadsAsync(bucket)).MultipartUploads ?? []);
    }

    [SkippableFact]
    public async Task An_upload_whose_parts_are_wrong_is_not_completed()
    {
        await StartAsync();
        var id = (await Client.InitiateMultipartUploadAsync(bucket, "dump")).UploadId;
        var first = await PartAsync("dump", id, 1, [1]);
        var second = await PartAsync("dump", id, 2, [2]);

        Assert.Equal("EntityTooSmall", (await FailsAsync(() => CompleteAsync("dump", id, first, second))).ErrorCode);
        Assert.Equal("InvalidPart", (await FailsAsync(() => CompleteAsync("dump", id, new PartETag(1, second.ETag)))).ErrorCode);
        await Client.AbortMultipartUploadAsync(bucket, "dump", id);
        Assert.Empty((await Client.ListMultipartUploadsAsync(bucket)).MultipartUploads ?? []);
    }

    [SkippableFact]
    public async Task A_bucket_that_holds_something_stays()
    {
        await StartAsync();
        await PutAsync("a", "a");

        var error = await FailsAsync(() => Client.DeleteBucketAsync(bucket));

        Assert.Equal((HttpStatusCode.Conflict, "BucketNotEmpty"), (error.StatusCode, error.ErrorCode));
        Assert.Contains(bucket, (await Client.ListBucketsAsync()).Buckets.Select(b => b.BucketName));
    }

    [SkippableFact]
    public async Task A_presigned_address_needs_no_credentials()
    {
        await StartAsync();
        await PutAsync("a key", Text);
        var address = await Client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = bucket,
            Key = "a key",
            Expires = DateTime.UtcNow.AddMinutes(5),
            Protocol = Protocol.HTTP,
        });

        using var http = new HttpClient();
        using var got = await http.GetAsync(new Uri(address));

        Assert.Equal((HttpStatusCode.OK, Text), (got.StatusCode, await got.Content.ReadAsStringAsync()));
    }

    private async Task StartAsync()
    {
        var client = await ConnectAsync();
        await client.PutBucketAsync(bucket);
        Client = client;
    }

    private Task<PutObjectResponse> PutAsync(string key, string text) => Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = text });

    private Task<ListObjectsV2Response> ListAsync(ListObjectsV2Request request)
    {
        request.BucketName = bucket;
        return Client.ListObjectsV2Async(request);
    }

    private async Task<PartETag> PartAsync(string key, string id, int number, byte[] content)
    {
        using var stream = new MemoryStream(content);
        var answer = await Client.UploadPartAsync(new UploadPartRequest { BucketName = bucket, Key = key, UploadId = id, PartNumber = number, InputStream = stream, PartSize = content.Length });
        return new PartETag(number, answer.ETag);
    }

    private Task<CompleteMultipartUploadResponse> CompleteAsync(string key, string id, params PartETag[] parts) =>
        Client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = id, PartETags = [.. parts] });

    private static Task<AmazonS3Exception> FailsAsync(Func<Task> request) => Assert.ThrowsAnyAsync<AmazonS3Exception>(request);

    private sealed class PairOfLists : IEqualityComparer<(string[] One, string[] Other)>
    {
        public bool Equals((string[] One, string[] Other) x, (string[] One, string[] Other) y) => x.One.SequenceEqual(y.One) && x.Other.SequenceEqual(y.Other);

        public int GetHashCode((string[] One, string[] Other) obj) => obj.One.Length;
    }
}

using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Time.Testing;

namespace Sandbox.Tests.ObjectStore;

public sealed class SignatureTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private StoreBed bed = null!;

    public async Task InitializeAsync() => bed = await StoreBed.StartAsync(time);

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Fact]
    public async Task A_wrong_secret_is_noticed() => await AssertRefusedAsync("SignatureDoesNotMatch", HttpStatusCode.Forbidden, bed.Client(secretKey: "another"));

    [Fact]
    public async Task An_unknown_key_is_refused() => await AssertRefusedAsync("InvalidAccessKeyId", HttpStatusCode.Forbidden, bed.Client(accessKey: "somebody"));

    [Fact]
    public async Task Another_region_is_refused() =>
        await AssertRefusedAsync("AuthorizationHeaderMalformed", HttpStatusCode.BadRequest, bed.Client(c => c.AuthenticationRegion = "eu-west-1"));

    [Theory]
    [InlineData(16)]
    [InlineData(-16)]
    public async Task A_clock_that_is_a_quarter_of_an_hour_off_is_refused(int minutes)
    {
        time.AdjustTime(time.GetUtcNow().AddMinutes(minutes));

        Assert.Contains("<Code>RequestTimeTooSkewed</Code>", await new HandSigned("GET", "/").SendAsync(bed.Server.Port), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_gets_nothing()
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"{bed.Server.Address}/{StoreBed.Bucket}"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("<Code>AccessDenied</Code>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_presigned_address_ends_when_it_says()
    {
        var address = await PresignedAsync();
        time.Advance(TimeSpan.FromMinutes(6));

        Assert.Contains("Request has expired", await GetAsync(address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_presigned_address_is_good_for_nothing_else()
    {
        var address = await PresignedAsync();

        Assert.Contains("SignatureDoesNotMatch", await GetAsync(address.Replace("/key", "/other", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("SignatureDoesNotMatch", await GetAsync($"{address}&response-content-type=text/html"), StringComparison.Ordinal);
        Assert.Contains("NoSuchKey", await GetAsync(address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_that_somebody_added_is_refused()
    {
        var answer = await new HandSigned("PUT", $"/{StoreBed.Bucket}/key") { Body = "x", Unsigned = "x-amz-acl: public-read" }.SendAsync(bed.Server.Port);

        Assert.Contains("headers present in the request which were not signed", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a-bucket/a/../b/./c", "a/../b/./c", null)]
    [InlineData("/a-bucket/it's(!)", "it's(!)", "/a-bucket/it%27s%28%21%29")]
    [InlineData("/a-bucket/%2E%2e/x", "../x", "/a-bucket/../x")]
    public async Task A_key_is_what_the_client_wrote(string target, string key, string? canonicalPath)
    {
        var answer = await new HandSigned("PUT", target) { Body = "x", CanonicalPath = canonicalPath }.SendAsync(bed.Server.Port);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.NotNull(bed.Server.Buckets.Get(StoreBed.Bucket).Find(key));
    }

    [Theory]
    [InlineData("acl")]
    [InlineData("policy")]
    [InlineData("versionId=1")]
    public async Task What_the_store_does_not_do_it_says(string subresource)
    {
        var query = subresource.Contains('=', StringComparison.Ordinal) ? subresource : subresource + "=";

        Assert.StartsWith("HTTP/1.1 501", await new HandSigned("PUT", $"/{StoreBed.Bucket}/key?{query}").SendAsync(bed.Server.Port), StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(string code, HttpStatusCode status, AmazonS3Client client)
    {
        var error = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = StoreBed.Bucket }));
        Assert.Equal((code, status), (error.ErrorCode, error.StatusCode));
    }

    private static async Task<string> GetAsync(string address)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(address));
        return await answer.Content.ReadAsStringAsync();
    }

    private Task<string> PresignedAsync() => bed.Client().GetPreSignedURLAsync(
        new GetPreSignedUrlRequest { BucketName = StoreBed.Bucket, Key = "key", Expires = DateTime.UtcNow.AddMinutes(5), Protocol = Protocol.HTTP });
}

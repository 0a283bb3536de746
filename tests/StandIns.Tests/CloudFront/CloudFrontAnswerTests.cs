using System.Net;
using Amazon.CloudFront;
using Amazon.CloudFront.Model;
using Amazon.Runtime;
using static StandIns.Tests.CloudFront.CloudFrontRequestTests;

namespace StandIns.Tests.CloudFront;

public sealed class CloudFrontAnswerTests
{
    [Fact]
    public async Task An_invalidation_is_read_whole()
    {
        await using var server = await LoopbackServer.StartAsync(Answer.Invalidation("InProgress"));
        using var client = Open(server);

        var created = await client.CreateInvalidationAsync(Request("E1", "ref", "/"));

        Assert.EndsWith("/I1", created.Location, StringComparison.Ordinal);
        Assert.Equal(("I1", "InProgress"), (created.Invalidation.Id, created.Invalidation.Status));
        Assert.Equal(new DateTime(2026, 11, 24, 1, 2, 3, 456, DateTimeKind.Utc), created.Invalidation.CreateTime);
        Assert.Equal("ref", created.Invalidation.InvalidationBatch.CallerReference);
        Assert.Equal(2, created.Invalidation.InvalidationBatch.Paths.Quantity);
        Assert.Equal(["/", "/a&b"], created.Invalidation.InvalidationBatch.Paths.Items);
    }

    [Fact]
    public async Task A_distribution_is_read_and_what_is_missing_is_null()
    {
        await using var server = await LoopbackServer.StartAsync(
            new(HttpStatusCode.OK, "<Distribution><Id>E1</Id><Status>Deployed</Status><DomainName>d1.cloudfront.net</DomainName><DistributionConfig><Enabled>false</Enabled></DistributionConfig></Distribution>", new() { ["ETag"] = "V1" }),
            new(HttpStatusCode.OK, "<Distribution><Id>E1</Id></Distribution>"));
        using var client = Open(server);

        var whole = await client.GetDistributionAsync(new GetDistributionRequest("E1"));
        var bare = await client.GetDistributionAsync(new GetDistributionRequest("E1"));

        Assert.Equal(("V1", "d1.cloudfront.net", "Deployed"), (whole.ETag, whole.Distribution.DomainName, whole.Distribution.Status));
        Assert.False(whole.Distribution.DistributionConfig.Enabled);
        Assert.Null(bare.Distribution.DistributionConfig);
        Assert.Null(bare.Distribution.InProgressInvalidationBatches);
    }

    [Fact]
    public void Collections_and_numbers_are_null_until_they_are_set()
    {
        Assert.Null(new Paths().Items);
        Assert.Null(new Paths().Quantity);
        Assert.Null(new Invalidation().CreateTime);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "NoSuchDistribution", typeof(NoSuchDistributionException))]
    [InlineData(HttpStatusCode.NotFound, "NoSuchInvalidation", typeof(NoSuchInvalidationException))]
    [InlineData(HttpStatusCode.Forbidden, "AccessDenied", typeof(AccessDeniedException))]
    [InlineData(HttpStatusCode.BadRequest, "TooManyInvalidationsInProgress", typeof(TooManyInvalidationsInProgressException))]
    [InlineData(HttpStatusCode.BadRequest, "InvalidationBatchAlreadyExists", typeof(AmazonCloudFrontException))]
    public async Task An_error_has_the_type_of_its_code_and_is_not_tried_again(HttpStatusCode status, string code, Type type)
    {
        await using var server = await LoopbackServer.StartAsync(Answer.Error(status, code));
        using var client = Open(server);

        var error = await Assert.ThrowsAnyAsync<AmazonCloudFrontException>(() => client.CreateInvalidationAsync(Request("E1", "ref", "/")));

        Assert.IsType(type, error);
        Assert.Equal((code, status, "r-1", "Why & how."), (error.ErrorCode, error.StatusCode, error.RequestId, error.Message));
        Assert.Equal(ErrorType.Sender, error.ErrorType);
        Assert.Single(server.Questions);
    }

    [Fact]
    public async Task An_answer_of_a_proxy_is_an_error_with_its_status()
    {
        await using var server = await LoopbackServer.StartAsync(new Answer(HttpStatusCode.Forbidden, "<html><br>Blocked"));
        using var client = Open(server);

        var error = await Assert.ThrowsAsync<AmazonCloudFrontException>(() => client.GetDistributionAsync(new GetDistributionRequest("E1")));

        Assert.Equal(HttpStatusCode.Forbidden, error.StatusCode);
        Assert.Contains("403", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overloaded_service_is_asked_again_with_the_same_body()
    {
        await using var server = await LoopbackServer.StartAsync(Answer.Error(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"), Answer.Invalidation("Completed"));
        using var client = Open(server);

        var created = await client.CreateInvalidationAsync(Request("E1", "ref", "/"));

        Assert.Equal("Completed", created.Invalidation.Status);
        Assert.Equal(2, server.Questions.Count);
        Assert.Single(server.Questions.Select(q => q.Body).Distinct());
    }
}

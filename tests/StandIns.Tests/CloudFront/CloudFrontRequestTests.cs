using System.Xml.Linq;
using Amazon.CloudFront;
using Amazon.CloudFront.Model;
using Amazon.Runtime;

namespace StandIns.Tests.CloudFront;

public sealed class CloudFrontRequestTests
{
    private static readonly XNamespace Xml = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

    [Fact]
    public async Task The_body_is_the_batch_with_its_quantity_and_its_values_escaped()
    {
        await using var server = await LoopbackServer.StartAsync(Answer.Invalidation("InProgress"));
        using var client = Open(server);

        await client.CreateInvalidationAsync(Request("E1", "ref <1>", "/", "/a&b"));

        Assert.True(server.Questions.TryDequeue(out var question));
        Assert.Equal("POST /2020-05-31/distribution/E1/invalidation", $"{question.Method} {question.Path}");
        Assert.Equal("application/xml", question.Headers["Content-Type"]);
        Assert.Contains("/a&amp;b", question.Body, StringComparison.Ordinal);
        var batch = XElement.Parse(question.Body);
        Assert.Equal(Xml + "InvalidationBatch", batch.Name);
        Assert.Equal("ref <1>", batch.Element(Xml + "CallerReference")!.Value);
        Assert.Equal("2", batch.Element(Xml + "Paths")!.Element(Xml + "Quantity")!.Value);
        Assert.Equal(["/", "/a&b"], batch.Descendants(Xml + "Path").Select(p => p.Value));
    }

    [Fact]
    public async Task A_request_is_signed_for_the_service_in_its_one_region_with_the_session_token()
    {
        await using var server = await LoopbackServer.StartAsync(Answer.Invalidation("InProgress"));
        using var client = Open(server, new SessionAWSCredentials("AKID", "not-a-secret", "the-token"));

        await client.CreateInvalidationAsync(Request("E1", "ref", "/"));

        Assert.True(server.Questions.TryDequeue(out var question));
        var authorization = question.Headers["Authorization"];
        Assert.Matches("^AWS4-HMAC-SHA256 Credential=AKID/[0-9]{8}/us-east-1/cloudfront/aws4_request, ", authorization);
        Assert.Matches("SignedHeaders=[^,]*x-amz-security-token", authorization);
        Assert.Equal("the-token", question.Headers["x-amz-security-token"]);
        Assert.Equal(SignatureV4.Of(question, "not-a-secret", "us-east-1", "cloudfront"), authorization[(authorization.LastIndexOf('=') + 1)..]);
    }

    [Fact]
    public async Task An_id_is_encoded_in_the_path()
    {
        await using var server = await LoopbackServer.StartAsync(Answer.Invalidation("Completed"));
        using var client = Open(server);

        await client.GetInvalidationAsync(new GetInvalidationRequest("E1", "I/../2"));

        Assert.True(server.Questions.TryDequeue(out var question));
        Assert.Equal("GET /2020-05-31/distribution/E1/invalidation/I%2F..%2F2", $"{question.Method} {question.Path}");
    }

    [Fact]
    public async Task A_request_without_an_id_is_not_sent()
    {
        await using var server = await LoopbackServer.StartAsync();
        using var client = Open(server);

        var error = await Assert.ThrowsAsync<AmazonCloudFrontException>(() => client.GetDistributionAsync(new GetDistributionRequest()));

        Assert.Contains("Id", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Questions);
    }

    internal static AmazonCloudFrontClient Open(LoopbackServer server, AWSCredentials? credentials = null) => new(
        credentials ?? new BasicAWSCredentials("AKID", "not-a-secret"),
        new AmazonCloudFrontConfig { ServiceURL = server.Address, AuthenticationRegion = "us-east-1" });

    internal static CreateInvalidationRequest Request(string distribution, string reference, params string[] paths) =>
        new(distribution, new InvalidationBatch(new Paths { Items = [.. paths], Quantity = paths.Length }, reference));
}

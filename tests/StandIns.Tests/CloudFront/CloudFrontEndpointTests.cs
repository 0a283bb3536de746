using System.Net;
using Amazon;
using Amazon.CloudFront;
using Amazon.CloudFront.Model;
using Amazon.Runtime;
using HttpClientFactory = Amazon.Runtime.HttpClientFactory;

namespace StandIns.Tests.CloudFront;

public sealed class CloudFrontEndpointTests
{
    [Theory]
    [InlineData("eu-central-1", "cloudfront.amazonaws.com", "us-east-1")]
    [InlineData("us-east-1", "cloudfront.amazonaws.com", "us-east-1")]
    [InlineData("cn-north-1", "cloudfront.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1")]
    public async Task One_endpoint_and_one_signing_region_serve_a_whole_partition(string region, string host, string signedFor)
    {
        var sent = await SentAsync(new AmazonCloudFrontConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(region), IgnoreConfiguredEndpointUrls = true });

        Assert.Equal($"https://{host}/2020-05-31/distribution/E1", sent.RequestUri!.ToString());
        Assert.Contains($"/{signedFor}/cloudfront/aws4_request", sent.Headers.GetValues("Authorization").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_given_address_decides_and_keeps_its_path()
    {
        var sent = await SentAsync(new AmazonCloudFrontConfig { ServiceURL = "http://cdn.internal:4567/api", AuthenticationRegion = "eu-west-1" });

        Assert.Equal("http://cdn.internal:4567/api/2020-05-31/distribution/E1", sent.RequestUri!.ToString());
        Assert.Contains("/eu-west-1/cloudfront/aws4_request", sent.Headers.GetValues("Authorization").Single(), StringComparison.Ordinal);
    }

    private static async Task<HttpRequestMessage> SentAsync(AmazonCloudFrontConfig config)
    {
        using var wire = new Wire();
        config.HttpClientFactory = wire;
        using var client = new AmazonCloudFrontClient(new BasicAWSCredentials("AKID", "not-a-secret"), config);
        await client.GetDistributionAsync(new GetDistributionRequest("E1"));
        return wire.Sent!;
    }

    // Answers in the place of a network that a test must not use.
    private sealed class Wire : HttpClientFactory, IDisposable
    {
        private readonly Handler handler = new();

        public HttpRequestMessage? Sent => handler.Sent;

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler, disposeHandler: false);

        public void Dispose() => handler.Dispose();

        private sealed class Handler : HttpMessageHandler
        {
            public HttpRequestMessage? Sent { get; private set; }

            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                Sent = request;
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<Distribution><Id>E1</Id></Distribution>"), RequestMessage = request });
            }
        }
    }
}

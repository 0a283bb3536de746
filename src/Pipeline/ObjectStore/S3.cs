using Amazon.Runtime;
using Amazon.S3;
using Pipeline.Leases;

namespace Pipeline.ObjectStore;

/// <summary>Opens S3 clients that third-party stores understand and that do not wait before each small file.</summary>
public static class S3
{
    /// <summary>A client for the store in <paramref name="options"/>; the caller disposes it.</summary>
    /// <param name="options">Which store.</param>
    /// <param name="connections">How many requests may be under way at once.</param>
    /// <param name="gate">What each request passes first; nothing when there is none.</param>
    public static AmazonS3Client Open(ObjectStoreOptions options, int connections = 32, RequestGate? gate = null)
    {
        var region = string.IsNullOrWhiteSpace(options.StorageRegion) ? "us-east-1" : options.StorageRegion;
        var configuration = new AmazonS3Config
        {
            IgnoreConfiguredEndpointUrls = true,
            ForcePathStyle = !string.IsNullOrWhiteSpace(options.StorageEndpoint),
            // The SDK's newer default sends trailing checksums, which many stores refuse.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            Timeout = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // SlowDown and cut connections pass within seconds.
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 6,
            HttpClientFactory = new WithoutExpectContinue(connections, gate ?? new RequestGate()),
        };
        if (string.IsNullOrWhiteSpace(options.StorageEndpoint))
            configuration.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        else
            configuration.ServiceURL = options.StorageEndpoint;
        configuration.AuthenticationRegion = region;
        return new AmazonS3Client(configuration);
    }

    // "Expect: 100-continue" costs one wait for every small file on a server that does not answer early.
    private sealed class WithoutExpectContinue(int connections, RequestGate gate) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        {
            var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
            return new HttpClient(new Plain(new GatedRequests(gate, handler))) { Timeout = Timeout.InfiniteTimeSpan };
        }

        // The SDK asks for it on every request, which a default of the client does not override.
        private sealed class Plain(HttpMessageHandler inner) : DelegatingHandler(inner)
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                request.Headers.ExpectContinue = false;
                return base.SendAsync(request, cancellationToken);
            }
        }
    }
}

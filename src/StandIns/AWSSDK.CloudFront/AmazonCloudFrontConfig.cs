using Amazon.CloudFront.Internal;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;

namespace Amazon.CloudFront;

/// <summary>Where CloudFront is and how its requests are signed. <see cref="ClientConfig.ServiceURL"/> and <see cref="ClientConfig.RegionEndpoint"/> exclude each other.</summary>
public class AmazonCloudFrontConfig : ClientConfig
{
    private static readonly string Agent = InternalSDKUtils.BuildUserAgentString("CloudFront", "4.1.0");

    /// <summary>Amazon's own endpoint, until one is set.</summary>
    public AmazonCloudFrontConfig()
        : base(new DefaultConfigurationProvider(Defaults()))
    {
        base.ServiceId = ServiceId;
        AuthenticationServiceName = "cloudfront";
        EndpointProvider = new CloudFrontEndpoints();
    }

    /// <summary>The name under which the SDK's own settings are looked up.</summary>
    public static new string ServiceId => "CloudFront";

    /// <inheritdoc />
    public override string RegionEndpointServiceName => "cloudfront";

    /// <inheritdoc />
    public override string ServiceVersion => CloudFrontXml.ApiVersion;

    /// <inheritdoc />
    public override string UserAgent => Agent;

    /// <inheritdoc />
    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(CloudFrontEndpointResolver.Parameters(this, parameters?.AlternateEndpoint));

    // AWS_DEFAULTS_MODE may name any of them; an unknown one would fail before the first request.
    private static IEnumerable<IDefaultConfiguration> Defaults() =>
        Enum.GetValues<DefaultConfigurationMode>().Select(mode => new DefaultConfiguration { Name = mode, RetryMode = RequestRetryMode.Standard });
}

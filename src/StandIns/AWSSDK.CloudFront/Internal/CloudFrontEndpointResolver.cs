using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util;

namespace Amazon.CloudFront.Internal;

/// <summary>Hands what the configuration says about the endpoint to <see cref="CloudFrontEndpoints"/>.</summary>
internal sealed class CloudFrontEndpointResolver : BaseEndpointResolver
{
    public static EndpointParameters Parameters(IClientConfig config, RegionEndpoint alternate) => new()
    {
        ["Region"] = (alternate ?? config.RegionEndpoint)?.SystemName
            ?? config.AuthenticationRegion
            ?? (config.ServiceURL is null ? null : AWSSDKUtils.DetermineRegion(config.ServiceURL)),
        ["Endpoint"] = config.ServiceURL,
    };

    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) =>
        Parameters(requestContext.ClientConfig, requestContext.Request.AlternateEndpoint);
}

using Amazon.CloudFront.Internal;
using Amazon.CloudFront.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Amazon.CloudFront;

/// <summary>Speaks CloudFront's REST/XML protocol; connection, signing, credentials and retries are those of AWSSDK.Core.</summary>
public class AmazonCloudFrontClient : AmazonServiceClient, IAmazonCloudFront
{
    /// <summary>Takes the credentials from the SDK's own chain: environment, profile, instance role.</summary>
    public AmazonCloudFrontClient(AmazonCloudFrontConfig config)
        : base(config)
    {
    }

    /// <summary>Uses the given credentials.</summary>
    public AmazonCloudFrontClient(AWSCredentials credentials, AmazonCloudFrontConfig clientConfig)
        : base(credentials, clientConfig)
    {
    }

    /// <inheritdoc />
    protected override IServiceMetadata ServiceMetadata { get; } = new CloudFrontMetadata();

    /// <inheritdoc />
    public virtual Task<CreateInvalidationResponse> CreateInvalidationAsync(CreateInvalidationRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<CreateInvalidationResponse>(request, InvalidationXml.Create, cancellationToken);

    /// <inheritdoc />
    public virtual Task<GetInvalidationResponse> GetInvalidationAsync(GetInvalidationRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<GetInvalidationResponse>(request, InvalidationXml.Get, cancellationToken);

    /// <inheritdoc />
    public virtual Task<GetDistributionResponse> GetDistributionAsync(GetDistributionRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<GetDistributionResponse>(request, DistributionXml.Get, cancellationToken);

    /// <inheritdoc />
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new CloudFrontEndpointResolver());
        pipeline.AddHandlerAfter<CloudFrontEndpointResolver>(new CloudFrontAuthSchemeHandler());
    }
}

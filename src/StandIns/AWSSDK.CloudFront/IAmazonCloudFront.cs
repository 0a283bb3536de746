using System.Diagnostics.CodeAnalysis;
using Amazon.CloudFront.Model;
using Amazon.Runtime;

namespace Amazon.CloudFront;

/// <summary>The part of the CloudFront API that this project uses.</summary>
[SuppressMessage("Design", "CA1033", Justification = "The official interface implements the factory methods here, and an interface cannot be sealed.")]
public interface IAmazonCloudFront : IAmazonService, IDisposable
{
    /// <summary>Tells the edges to forget paths. The same caller reference with the same paths answers with the earlier invalidation.</summary>
    /// <exception cref="NoSuchDistributionException">The account has no such distribution.</exception>
    /// <exception cref="TooManyInvalidationsInProgressException">Wait until earlier ones are finished; the client does not retry it.</exception>
    /// <exception cref="AccessDeniedException">The credentials lack <c>cloudfront:CreateInvalidation</c>.</exception>
    Task<CreateInvalidationResponse> CreateInvalidationAsync(CreateInvalidationRequest request, CancellationToken cancellationToken = default);

    /// <summary>How far an invalidation is.</summary>
    /// <exception cref="NoSuchInvalidationException">The distribution has no such invalidation.</exception>
    Task<GetInvalidationResponse> GetInvalidationAsync(GetInvalidationRequest request, CancellationToken cancellationToken = default);

    /// <summary>A distribution and its configuration.</summary>
    /// <exception cref="NoSuchDistributionException">The account has no such distribution.</exception>
    Task<GetDistributionResponse> GetDistributionAsync(GetDistributionRequest request, CancellationToken cancellationToken = default);

    static ClientConfig IAmazonService.CreateDefaultClientConfig() => new AmazonCloudFrontConfig();

    static IAmazonService IAmazonService.CreateDefaultServiceClient(AWSCredentials awsCredentials, ClientConfig clientConfig) =>
        new AmazonCloudFrontClient(awsCredentials, (AmazonCloudFrontConfig)clientConfig);
}

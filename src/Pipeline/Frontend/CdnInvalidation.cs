using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.CloudFront;
using Amazon.CloudFront.Model;
using Amazon.Runtime;
using Pipeline.Errors;
using Pipeline.Leases;

namespace Pipeline.Frontend;

/// <summary>Tells CloudFront to forget paths.</summary>
public sealed class CdnInvalidation : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly AmazonCloudFrontClient client;
    private readonly CdnOptions options;
    private readonly TimeProvider time;
    private readonly RequestGate gate;

    /// <param name="options">Which distribution.</param>
    /// <param name="time">The clock.</param>
    /// <param name="gate">What each request passes first; nothing when there is none.</param>
    public CdnInvalidation(CdnOptions options, TimeProvider time, RequestGate? gate = null)
    {
        this.options = options;
        this.time = time;
        this.gate = gate ?? new RequestGate();
        // A bare AWS_ENDPOINT_URL must not decide whose cache is emptied.
        var configuration = new AmazonCloudFrontConfig { IgnoreConfiguredEndpointUrls = true, AuthenticationRegion = "us-east-1" };
        if (string.IsNullOrWhiteSpace(options.CdnEndpoint))
            configuration.RegionEndpoint = Amazon.RegionEndpoint.USEast1;
        else
            configuration.ServiceURL = options.CdnEndpoint;
        client = new AmazonCloudFrontClient(configuration);
    }

    /// <summary>Proves that the distribution is there for these credentials.</summary>
    /// <returns>What was seen.</returns>
    /// <exception cref="FailureException">It is not.</exception>
    public static async Task<string> PingAsync(CdnOptions options, CancellationToken cancellation)
    {
        using var cdn = new CdnInvalidation(options, TimeProvider.System);
        return await cdn.AskAsync(async () =>
        {
            var found = await cdn.client.GetDistributionAsync(new GetDistributionRequest { Id = options.CdnDistributionId }, cancellation);
            return $"distribution {found.Distribution.Id}, {found.Distribution.Status}";
        });
    }

    /// <summary>Starts an invalidation, or finds the one that an earlier run started for the same release and paths.</summary>
    /// <param name="release">Names the release among all that this distribution ever saw.</param>
    /// <param name="pages">Keys in the bucket.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="FailureException">CloudFront refused, or was busy for as long as <see cref="CdnOptions.CdnTimeout"/>.</exception>
    public async Task<InvalidationResult> StartAsync(string release, IReadOnlyCollection<string> pages, CancellationToken cancellation)
    {
        var paths = InvalidationPaths.Of(pages);
        var batch = new InvalidationBatch { CallerReference = Reference(release, paths), Paths = new Paths { Items = [.. paths], Quantity = paths.Length } };
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = Shorter(pause * 2, LongestPause))
        {
            try
            {
                return await AskAsync(async () =>
                {
                    var answer = await client.CreateInvalidationAsync(new CreateInvalidationRequest { DistributionId = options.CdnDistributionId, InvalidationBatch = batch }, cancellation);
                    return new InvalidationResult(options.CdnDistributionId!, answer.Invalidation.Id, paths, IsCompleted(answer.Invalidation));
                });
            }
            catch (FailureException e) when (e.InnerException is TooManyInvalidationsInProgressException && time.GetElapsedTime(started) < options.Timeout)
            {
                // A 400, which the library does not retry; it passes when an earlier invalidation ends.
                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    /// <summary>An invalidation as it is now; null when the CDN has none under that id.</summary>
    public async Task<InvalidationResult?> FindAsync(InvalidationResult known, CancellationToken cancellation)
    {
        try
        {
            var answer = await AskAsync(() => client.GetInvalidationAsync(new GetInvalidationRequest { DistributionId = known.DistributionId, Id = known.Id }, cancellation));
            return known with { Completed = IsCompleted(answer.Invalidation) };
        }
        catch (FailureException e) when (e.InnerException is NoSuchInvalidationException)
        {
            return null;
        }
    }

    /// <summary>Waits until every edge has forgotten, or <see cref="CdnOptions.CdnTimeout"/> is over.</summary>
    /// <returns>The invalidation as it is then.</returns>
    public async Task<InvalidationResult> AwaitAsync(InvalidationResult invalidation, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; !invalidation.Completed && time.GetElapsedTime(started) < options.Timeout; pause = Shorter(pause * 2, LongestPause))
        {
            await Task.Delay(pause, time, cancellation);
            var answer = await AskAsync(() => client.GetInvalidationAsync(new GetInvalidationRequest { DistributionId = invalidation.DistributionId, Id = invalidation.Id }, cancellation));
            invalidation = invalidation with { Completed = IsCompleted(answer.Invalidation) };
        }

        return invalidation;
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    // Stores that speak CloudFront's interface spell it in their own case.
    private static bool IsCompleted(Invalidation invalidation) => string.Equals(invalidation.Status, "Completed", StringComparison.OrdinalIgnoreCase);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // The same name with other paths is refused; the paths are therefore part of the name.
    private static string Reference(string release, ImmutableArray<string> paths) =>
        $"pipeline-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{release}\n{string.Join('\n', paths)}")))[..40]}";

    private async Task<T> AskAsync<T>(Func<Task<T>> request)
    {
        try
        {
            await gate.PassAsync(default);
            return await request();
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            var why = e switch
            {
                NoSuchDistributionException => "there is no such distribution. Check CdnDistributionId in the profile",
                AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } denied => $"these credentials may not use it ({denied.ErrorCode}). They need cloudfront:CreateInvalidation, GetInvalidation and GetDistribution",
                TooManyInvalidationsInProgressException => "it works on as many invalidations as it may. Run ./build.sh Invalidate again later",
                _ => e.InnerException is HttpRequestException inner ? inner.Message : e.Message,
            };
            throw new FailureException($"The distribution '{options.CdnDistributionId}' at {options.CdnEndpoint ?? "Amazon CloudFront"}: {why}.", cause: e);
        }
    }
}

using Amazon.CloudFront;
using Amazon.CloudFront.Model;
using Amazon.Runtime;
using Pipeline.Sandbox.Cdn;
using Pipeline.Sandbox.Faults;
using Sandbox.Tests.ObjectStore;

namespace Sandbox.Tests.Cdn;

/// <summary>A CDN of a test's own in front of a bucket of a test's own.</summary>
internal sealed class CdnBed : IAsyncDisposable
{
    public const string DistributionId = "E2SANDBOX";
    private readonly TestFolder folder = new();
    private readonly HttpClient http = new();
    private readonly TimeProvider time;

    private CdnBed(StoreBed store, TimeProvider time) => (Store, this.time) = (store, time);

    public StoreBed Store { get; }

    public CdnServer Server { get; private set; } = null!;

    public FaultSwitch Faults { get; } = new();

    public static async Task<CdnBed> StartAsync(TimeProvider? time = null)
    {
        var bed = new CdnBed(await StoreBed.StartAsync(), time ?? TimeProvider.System);
        await bed.RestartAsync();
        return bed;
    }

    /// <summary>Ends the CDN, if it runs, and starts one on the same folder.</summary>
    public async Task RestartAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        Server = await CdnServer.StartAsync(
            new CdnOptions
            {
                Folder = folder.Path,
                Store = Store.Server.Buckets,
                Bucket = StoreBed.Bucket,
                DistributionId = DistributionId,
                ErrorPage = "404.html",
                AccessKey = StoreBed.AccessKey,
                SecretKey = StoreBed.SecretKey,
                Faults = Faults,
                Time = time,
            },
            CancellationToken.None);
    }

    public AmazonCloudFrontClient Client(string secret = StoreBed.SecretKey) => new(
        new BasicAWSCredentials(StoreBed.AccessKey, secret), new AmazonCloudFrontConfig { ServiceURL = Server.ApiAddress, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });

    /// <summary>Writes an object.</summary>
    public async Task PutAsync(string key, string text, string? cacheControl = null)
    {
        var request = new Amazon.S3.Model.PutObjectRequest { BucketName = StoreBed.Bucket, Key = key, ContentBody = text, ContentType = "text/html" };
        if (cacheControl is not null)
            request.Headers.CacheControl = cacheControl;
        await Store.Client().PutObjectAsync(request);
    }

    /// <summary>Asks the edge.</summary>
    /// <returns>What <c>X-Cache</c> says in its first word, and the body.</returns>
    public async Task<(string How, string Body)> GetAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        return (answer.Headers.GetValues("X-Cache").Single().Split(' ')[0], await answer.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, Server.EdgeAddress + path);
        change?.Invoke(request);
        return await http.SendAsync(request);
    }

    public async Task<Invalidation> InvalidateAsync(string reference, params string[] paths)
    {
        using var client = Client();
        var batch = new InvalidationBatch { CallerReference = reference, Paths = new Paths { Items = [.. paths], Quantity = paths.Length } };
        return (await client.CreateInvalidationAsync(new CreateInvalidationRequest(DistributionId, batch))).Invalidation;
    }

    public async Task<string> StatusAsync(string id)
    {
        using var client = Client();
        return (await client.GetInvalidationAsync(new GetInvalidationRequest(DistributionId, id))).Invalidation.Status;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Server.DisposeAsync();
        await Store.DisposeAsync();
        folder.Dispose();
    }
}

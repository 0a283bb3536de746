using System.Collections.Concurrent;
using Amazon.Runtime;
using Amazon.S3;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.ObjectStore;

namespace Sandbox.Tests.ObjectStore;

/// <summary>An object store of a test's own with one bucket.</summary>
internal sealed class StoreBed : IAsyncDisposable
{
    public const string Bucket = "a-bucket";
    public const string AccessKey = "sandbox";
    public const string SecretKey = "a secret/with+signs";
    private readonly TestFolder folder = new();
    private readonly ConcurrentBag<AmazonS3Client> clients = [];

    private StoreBed()
    {
    }

    public ObjectStoreServer Server { get; private set; } = null!;

    public FaultSwitch Faults { get; } = new();

    /// <summary>Where it keeps everything.</summary>
    public string Folder => folder.Path;

    public static async Task<StoreBed> StartAsync(TimeProvider? time = null)
    {
        var bed = new StoreBed();
        await bed.RestartAsync(time);
        return bed;
    }

    /// <summary>Ends the server, if it runs, and starts one on the same folder.</summary>
    public async Task RestartAsync(TimeProvider? time = null)
    {
        if (Server is not null)
            await Server.DisposeAsync();
        Server = await ObjectStoreServer.StartAsync(
            new ObjectStoreOptions { Folder = folder.Path, Buckets = [Bucket], AccessKey = AccessKey, SecretKey = SecretKey, Faults = Faults, Time = time ?? TimeProvider.System },
            CancellationToken.None);
    }

    /// <summary>The SDK's client as it is without settings.</summary>
    public AmazonS3Client Client(Action<AmazonS3Config>? change = null, string accessKey = AccessKey, string secretKey = SecretKey)
    {
        var configuration = new AmazonS3Config { ServiceURL = Server.Address, ForcePathStyle = true, AuthenticationRegion = "us-east-1" };
        change?.Invoke(configuration);
        var client = new AmazonS3Client(new BasicAWSCredentials(accessKey, secretKey), configuration);
        clients.Add(client);
        return client;
    }

    /// <summary>A client that does not try again.</summary>
    public AmazonS3Client ImpatientClient() => Client(c => c.MaxErrorRetry = 0);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients)
            client.Dispose();
        await Server.DisposeAsync();
        folder.Dispose();
    }
}

using System.Security.Cryptography;
using Pipeline.Sandbox.Cdn;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.ObjectStore;

namespace Pipeline.Sandbox.Hosting;

/// <summary>The object store with the product's buckets, and the CDN in front of one of them.</summary>
internal sealed class Storage : IAsyncDisposable
{
    private const string Pages = "site";
    private const string Backups = "backups";
    private const string AccessKey = "SANDBOX";
    private const string Region = "us-east-1";
    private const string DistributionId = "ESANDBOX";
    private readonly ObjectStoreServer store;
    private readonly CdnServer cdn;
    private readonly string secret;

    private Storage(ObjectStoreServer store, CdnServer cdn, string secret) => (this.store, this.cdn, this.secret) = (store, cdn, secret);

    /// <summary>The site's address.</summary>
    public string Site => cdn.EdgeAddress;

    /// <summary>The build's parameters that lead here.</summary>
    public IReadOnlyDictionary<string, string> Parameters => new Dictionary<string, string>
    {
        ["StorageEndpoint"] = store.Address,
        ["StorageRegion"] = Region,
        ["BackupBucket"] = Backups,
        ["FrontendBucket"] = Pages,
        ["CdnEndpoint"] = cdn.ApiAddress,
        ["CdnDistributionId"] = DistributionId,
        ["SiteUrl"] = Site,
    };

    /// <summary>What Amazon's clients read from the environment; an empty value takes a variable away.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["AWS_ACCESS_KEY_ID"] = AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = secret,
        ["AWS_REGION"] = Region,
        ["AWS_SESSION_TOKEN"] = "",
        ["AWS_PROFILE"] = "",
    };

    /// <summary>Starts both.</summary>
    /// <param name="folder">The sandbox's folder.</param>
    /// <param name="doors">Where they listen.</param>
    /// <param name="faults">What goes wrong on purpose.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<Storage> StartAsync(string folder, Doors doors, FaultSwitch faults, TimeProvider time, CancellationToken cancellation)
    {
        var secret = await SecretAsync(folder, cancellation);
        var store = await ObjectStoreServer.StartAsync(
            new ObjectStoreOptions
            {
                Folder = Path.Combine(folder, "store"),
                Buckets = [Pages, Backups],
                AccessKey = AccessKey,
                SecretKey = secret,
                Region = Region,
                Door = doors.Of("store"),
                Faults = faults,
                Time = time,
            },
            cancellation);
        try
        {
            return new Storage(store, await StartCdnAsync(folder, doors, faults, time, store, secret, cancellation), secret);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await cdn.DisposeAsync();
        await store.DisposeAsync();
    }

    private static Task<CdnServer> StartCdnAsync(
        string folder, Doors doors, FaultSwitch faults, TimeProvider time, ObjectStoreServer store, string secret, CancellationToken cancellation) => CdnServer.StartAsync(
        new CdnOptions
        {
            Folder = Path.Combine(folder, "cdn"),
            Store = store.Buckets,
            Bucket = Pages,
            DistributionId = DistributionId,
            AccessKey = AccessKey,
            SecretKey = secret,
            ApiDoor = doors.Of("cdn"),
            EdgeDoor = doors.Near("site"),
            Faults = faults,
            Time = time,
        },
        cancellation);

    private static async Task<string> SecretAsync(string folder, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, "store-secret");
        if (!File.Exists(file))
            await File.WriteAllTextAsync(file, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20)), cancellation);
        return await File.ReadAllTextAsync(file, cancellation);
    }
}

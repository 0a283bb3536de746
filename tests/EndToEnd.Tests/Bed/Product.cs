using Amazon.S3;

namespace EndToEnd.Tests.Bed;

/// <summary>An environment of its own for one story, and a checkout that releases into it; both are gone afterwards.</summary>
internal abstract class Product : IAsyncDisposable
{
    private const int AskedFor = 3;

    public Checkout Checkout { get; private protected set; } = null!;

    /// <summary>What is in the cluster.</summary>
    public abstract ClusterView Cluster { get; }

    /// <summary>The administrator's own client; a story that needs it is skipped where there is none.</summary>
    public abstract Kubectl Kubectl { get; }

    /// <summary>False where the release has no database.</summary>
    public abstract bool HasDatabase { get; }

    /// <summary>Users from the first moment on; the story's end asks them what they saw.</summary>
    public Users Users { get; private set; } = null!;

    /// <summary>Where users ask: the API twice, and the site. Empty while there is nothing to ask.</summary>
    private protected abstract IReadOnlyList<string> Addresses { get; }

    /// <summary>The database's address as pods use it.</summary>
    private protected abstract string PodDatabaseUrl { get; }

    /// <summary>Makes an environment, and a checkout whose version is 1.0.0.</summary>
    public static async Task<Product> NewAsync(Place place)
    {
        Skip.If(OperatingSystem.IsWindows(), "Stories are told to build.sh, which needs bash.");
        Skip.If(place is Place.TestBed && BedVariables.WhyNot is not null, BedVariables.WhyNot);
        Product product = place is Place.TestBed ? new TestBedProduct() : new SandboxProduct();
        try
        {
            await product.MakeAsync();
            product.Users = new Users(AskedFor, () => product.Addresses);
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>The API's address, as its users reach it.</summary>
    public abstract Task<string> ApiAsync();

    /// <summary>The Service was made anew, and may have another address.</summary>
    public virtual void ForgetService()
    {
    }

    /// <summary>How many objects the site's bucket holds, and how many the backup bucket.</summary>
    public abstract Task<(int Pages, int Backups)> ObjectsAsync();

    /// <summary>A file in the site's bucket; null when there is none.</summary>
    public async Task<string?> PageAsync(string key)
    {
        var (store, bucket) = Site;
        try
        {
            using var found = await store.GetObjectAsync(bucket, key);
            using var reader = new StreamReader(found.ResponseStream);
            return await reader.ReadToEndAsync();
        }
        catch (AmazonS3Exception e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Writes a file into the site's bucket, as a person with a client of the store does.</summary>
    public async Task PutPageAsync(string key, string content)
    {
        var (store, bucket) = Site;
        await store.PutObjectAsync(new() { BucketName = bucket, Key = key, ContentBody = content, ContentType = "text/html" });
    }

    /// <summary>The secret that pods read the database's address from.</summary>
    public Task<string> MakeSecretAsync() => Kubectl.RunAsync("create", "secret", "generic", "db-credentials", $"--from-literal=url={PodDatabaseUrl}");

    /// <summary>Gives the user <c>deployer</c> what <c>k8s/setup</c> gives.</summary>
    public async Task LetDeployAsync()
    {
        foreach (var file in (string[])["deployer-role.yaml", "cluster-identity.yaml"])
            await Kubectl.RunAsync("apply", "--server-side", "--validate=false", "--filename", Path.Combine(Checkout.Folder, "k8s", "setup", file));
    }

    public async ValueTask DisposeAsync()
    {
        if (Users is not null)
            await Users.DisposeAsync();
        await EndAsync();
        Checkout?.Dispose();
    }

    /// <summary>The store, and the site's bucket in it.</summary>
    private protected abstract (AmazonS3Client Store, string Bucket) Site { get; }

    /// <summary>Takes the environment away.</summary>
    private protected abstract Task EndAsync();

    private protected abstract Task MakeAsync();

    /// <summary>What the product serves at these addresses.</summary>
    private protected static IReadOnlyList<string> AddressesOf(string api, string site) => [$"{api}/health", $"{api}/api/v1/datasets", $"{site}/"];

    private protected static async Task<int> CountAsync(AmazonS3Client store, string bucket) =>
        (await store.ListObjectsV2Async(new() { BucketName = bucket })).KeyCount ?? 0;
}

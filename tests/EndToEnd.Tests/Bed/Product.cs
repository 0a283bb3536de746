using Amazon.S3;

namespace EndToEnd.Tests.Bed;

/// <summary>An environment of its own for one story, and a checkout that releases into it; both are gone afterwards.</summary>
internal abstract class Product : IAsyncDisposable
{
    public Checkout Checkout { get; private protected set; } = null!;

    /// <summary>What is in the cluster.</summary>
    public abstract ClusterView Cluster { get; }

    /// <summary>The administrator's own client; a story that needs it is skipped where there is none.</summary>
    public abstract Kubectl Kubectl { get; }

    /// <summary>False where the release has no database.</summary>
    public abstract bool HasDatabase { get; }

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

    /// <summary>How many objects the site's bucket holds, and how many the backup bucket.</summary>
    public abstract Task<(int Pages, int Backups)> ObjectsAsync();

    /// <summary>The secret that pods read the database's address from.</summary>
    public Task<string> MakeSecretAsync() => Kubectl.RunAsync("create", "secret", "generic", "db-credentials", $"--from-literal=url={PodDatabaseUrl}");

    /// <summary>Gives the user <c>deployer</c> what <c>k8s/setup</c> gives.</summary>
    public async Task LetDeployAsync()
    {
        foreach (var file in (string[])["deployer-role.yaml", "cluster-identity.yaml"])
            await Kubectl.RunAsync("apply", "--server-side", "--validate=false", "--filename", Path.Combine(Checkout.Folder, "k8s", "setup", file));
    }

    public virtual ValueTask DisposeAsync()
    {
        Checkout?.Dispose();
        return ValueTask.CompletedTask;
    }

    private protected abstract Task MakeAsync();

    private protected static async Task<int> CountAsync(AmazonS3Client store, string bucket) =>
        (await store.ListObjectsV2Async(new() { BucketName = bucket })).KeyCount ?? 0;
}

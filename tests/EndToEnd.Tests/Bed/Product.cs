using Amazon.S3;
using Npgsql;

namespace EndToEnd.Tests.Bed;

/// <summary>An environment of its own for one story: namespace, database, buckets, distribution, and the public addresses in front of them.</summary>
internal sealed class Product : IAsyncDisposable
{
    private readonly string name = $"story-{Guid.NewGuid():N}"[..14];
    private readonly AmazonS3Client store = new(new AmazonS3Config { ServiceURL = BedVariables.Store, ForcePathStyle = true });

    private Product() => Kubectl = new Kubectl(name);

    public Kubectl Kubectl { get; }

    public ApiGate Api { get; private set; } = null!;

    public SiteGate Site { get; private set; } = null!;

    public Checkout Checkout { get; private set; } = null!;

    private string Pages => $"{name}-site";

    private string Backups => $"{name}-backups";

    private string Database => name.Replace('-', '_');

    /// <summary>Makes everything that an administrator makes, tags 1.0.0, and lets <c>Init</c> write the profile.</summary>
    /// <param name="context">The kubeconfig's context that deploys.</param>
    public static async Task<Product> NewAsync(string context = "testbed")
    {
        var product = new Product();
        try
        {
            await product.MakeAsync(context);
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>The secret that pods read the database's address from.</summary>
    public Task<string> MakeSecretAsync() =>
        Kubectl.RunAsync("create", "secret", "generic", "db-credentials", $"--from-literal=url={BedVariables.PodDatabaseUrl(Database)}");

    /// <summary>Gives the user <c>deployer</c> what <c>k8s/setup</c> gives.</summary>
    public async Task LetDeployAsync()
    {
        await Kubectl.RunAsync("apply", "--filename", Path.Combine(Checkout.Folder, "k8s/setup/deployer-role.yaml"));
        await Kubectl.RunAsync("apply", "--filename", Path.Combine(Checkout.Folder, "k8s/setup/cluster-identity.yaml"));
    }

    /// <summary>How many objects the site's bucket holds, and how many the backup bucket.</summary>
    public async Task<(int Pages, int Backups)> ObjectsAsync() => (await CountAsync(Pages), await CountAsync(Backups));

    public async ValueTask DisposeAsync()
    {
        if (Api is not null)
            await Api.DisposeAsync();
        if (Site is not null)
            await Site.DisposeAsync();
        await Kubectl.RunAsync("delete", "namespace", name, "--wait=false", "--ignore-not-found");
        await AdministerAsync("postgres", $"drop database if exists \"{Database}\" with (force)");
        store.Dispose();
        Checkout?.Dispose();
    }

    private async Task MakeAsync(string context)
    {
        await Kubectl.RunAsync("create", "namespace", name);
        await MakeSecretAsync();
        await AdministerAsync("postgres", $"create database \"{Database}\" owner dataset");
        // The profile pins the server's identity, which only a superuser may read by default.
        await AdministerAsync(Database, "grant execute on function pg_control_system() to dataset");
        await store.PutBucketAsync(Pages);
        await store.PutBucketAsync(Backups);
        var distribution = await Command.RunAsync("aws", "cloudfront", "create-distribution", "--origin-domain-name", $"{Pages}.s3.amazonaws.com", "--query", "Distribution.Id", "--output", "text");
        Api = await ApiGate.OpenAsync(Kubectl);
        Site = await SiteGate.OpenAsync(store, Pages);
        Checkout = await Checkout.OfThisRepositoryAsync("1.0.0", new Dictionary<string, string?>
        {
            ["PIPELINE_PROFILE"] = "testbed",
            ["PIPELINE_DATABASE_URL"] = BedVariables.DatabaseUrl(Database),
        });
        (await InitAsync(context, distribution)).Ended(0);
    }

    private Task<Outcome> InitAsync(string context, string distribution) => Checkout.BuildAsync(
        new Dictionary<string, string?> { ["PIPELINE_PROFILE"] = null }, "Init", "--environment-name", "testbed", "--kube-context", context, "--kube-namespace", name,
        "--registry-url", $"{BedVariables.Registry}/{name}", "--storage-endpoint", BedVariables.Store, "--backup-bucket", Backups,
        "--frontend-bucket", Pages, "--cdn-distribution-id", distribution, "--cdn-endpoint", BedVariables.Store,
        "--api-url", Api.Address, "--site-url", Site.Address);

    private async Task<int> CountAsync(string bucket) => (await store.ListObjectsV2Async(new() { BucketName = bucket })).KeyCount ?? 0;

    private static async Task AdministerAsync(string database, string sql)
    {
        var url = new Uri(BedVariables.AdminDatabase);
        var login = url.UserInfo.Split(':');
        var address = new NpgsqlConnectionStringBuilder { Host = url.Host, Port = url.Port, Username = login[0], Password = login.ElementAtOrDefault(1), Database = database, Pooling = false };
        await using var source = NpgsqlDataSource.Create(address);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

using Amazon.S3;
using Npgsql;

namespace EndToEnd.Tests.Bed;

/// <summary>Namespace, database, buckets and distribution of its own on the servers that the environment names, and the public addresses in front of them.</summary>
internal sealed class TestBedProduct : Product
{
    private const string Context = "testbed";
    private readonly string name = $"story-{Guid.NewGuid():N}"[..14];
    private readonly AmazonS3Client store = new(new AmazonS3Config { ServiceURL = BedVariables.Store, ForcePathStyle = true });

    private ApiGate? api;
    private SiteGate? site;

    public TestBedProduct() => Kubectl = new Kubectl(["--context", Context], name);

    public override Kubectl Kubectl { get; }

    public override ClusterView Cluster => Kubectl;

    public override bool HasDatabase => true;

    private protected override (AmazonS3Client Store, string Bucket) Site => (store, Pages);

    private string Pages => $"{name}-site";

    private string Backups => $"{name}-backups";

    private string Database => name.Replace('-', '_');

    private protected override IReadOnlyList<string> Addresses => AddressesOf(api!.Address, site!.Address);

    private protected override string PodDatabaseUrl => BedVariables.PodDatabaseUrl(Database);

    public override async Task<string> ApiAsync() => await api!.ServiceAsync() ?? throw new InvalidOperationException("There is no Service.");

    public override void ForgetService() => api!.Forget();

    public override async Task<(int Pages, int Backups)> ObjectsAsync() => (await CountAsync(store, Pages), await CountAsync(store, Backups));

    /// <summary>Makes everything that an administrator makes, and lets <c>Init</c> write the profile.</summary>
    private protected override async Task MakeAsync()
    {
        await Kubectl.RunAsync("create", "namespace", name);
        await MakeSecretAsync();
        await AdministerAsync("postgres", $"create database \"{Database}\" owner dataset");
        // The profile pins the server's identity, which only a superuser may read by default.
        await AdministerAsync(Database, "grant execute on function pg_control_system() to dataset");
        await store.PutBucketAsync(Pages);
        await store.PutBucketAsync(Backups);
        var distribution = await Command.RunAsync("aws", "cloudfront", "create-distribution", "--origin-domain-name", $"{Pages}.s3.amazonaws.com", "--query", "Distribution.Id", "--output", "text");
        api = await ApiGate.OpenAsync(Kubectl);
        site = await SiteGate.OpenAsync(store, Pages);
        Checkout = await Checkout.OfThisRepositoryAsync("1.0.0", new Dictionary<string, string?>
        {
            ["PIPELINE_PROFILE"] = "testbed",
            ["PIPELINE_DATABASE_URL"] = BedVariables.DatabaseUrl(Database),
        });
        (await InitAsync(distribution)).Ended(0);
    }

    private protected override async Task EndAsync()
    {
        if (api is not null)
            await api.DisposeAsync();
        if (site is not null)
            await site.DisposeAsync();
        await Kubectl.RunAsync("delete", "namespace", name, "--wait=false", "--ignore-not-found");
        await AdministerAsync("postgres", $"drop database if exists \"{Database}\" with (force)");
        store.Dispose();
    }

    private Task<Outcome> InitAsync(string distribution) => Checkout.BuildAsync(
        new Dictionary<string, string?> { ["PIPELINE_PROFILE"] = null }, "Init", "--environment-name", "testbed", "--kube-context", Context, "--kube-namespace", name,
        "--registry-url", $"{BedVariables.Registry}/{name}", "--storage-endpoint", BedVariables.Store, "--backup-bucket", Backups,
        "--frontend-bucket", Pages, "--cdn-distribution-id", distribution, "--cdn-endpoint", BedVariables.Store,
        "--api-url", api!.Address, "--site-url", site!.Address);

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

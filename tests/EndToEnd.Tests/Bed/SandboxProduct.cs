using System.Net.Http.Json;
using System.Text.Json;
using Amazon.S3;
using Pipeline.Sandbox.Hosting;

namespace EndToEnd.Tests.Bed;

/// <summary>A checkout in which nothing is configured: its first command that needs an environment starts the sandbox.</summary>
internal sealed class SandboxProduct : Product
{
    private static readonly Lazy<bool> HasKubectl = new(() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "kubectl"))));

    private AmazonS3Client? store;

    /// <summary>Where the running sandbox is.</summary>
    public SandboxEndpoint Endpoint => JsonSerializer.Deserialize<SandboxEndpoint>(File.ReadAllText(EndpointFile), JsonSerializerOptions.Web)!;

    /// <summary>There as long as the sandbox runs.</summary>
    public string EndpointFile => Path.Combine(Checkout.Sandbox, "endpoint.json");

    /// <summary>The sandbox's process, and its database's, which leaves it to run by itself.</summary>
    public IReadOnlyList<int> Processes
    {
        get
        {
            var file = Path.Combine(Checkout.Sandbox, "postgres", "data", "postmaster.pid");
            return File.Exists(file) ? [Endpoint.ProcessId, int.Parse(File.ReadLines(file).First())] : [Endpoint.ProcessId];
        }
    }

    public override ClusterView Cluster => HasKubectl.Value ? Kubectl : new KubernetesApi(Setting("KubeConfig"), Setting("KubeContext"), Setting("KubeNamespace"));

    public override Kubectl Kubectl
    {
        get
        {
            Skip.IfNot(HasKubectl.Value, "This machine has no kubectl.");
            return new Kubectl(["--kubeconfig", Setting("KubeConfig"), "--context", Setting("KubeContext")], Setting("KubeNamespace"));
        }
    }

    public override bool HasDatabase => Endpoint.Parameters.ContainsKey("DatabaseUrl");

    private protected override IReadOnlyList<string> Addresses => File.Exists(EndpointFile) ? AddressesOf(Setting("ApiUrl"), Setting("SiteUrl")) : [];

    private protected override string PodDatabaseUrl => Setting("DatabaseUrl");

    /// <summary>Switches faults on, and all others off.</summary>
    public async Task SwitchAsync(params string[] faults)
    {
        using var client = new HttpClient();
        (await client.PutAsJsonAsync($"{Endpoint.Control}/faults", faults)).EnsureSuccessStatusCode();
    }

    public override Task<string> ApiAsync() => Task.FromResult(Setting("ApiUrl"));

    // The ports stay the same for as long as the sandbox's folder does.
    private protected override (AmazonS3Client Store, string Bucket) Site => (store ??= OpenStore(), Setting("FrontendBucket"));

    /// <summary>A client of its object store.</summary>
    public AmazonS3Client OpenStore() => new(
        Endpoint.Variables["AWS_ACCESS_KEY_ID"], Endpoint.Variables["AWS_SECRET_ACCESS_KEY"], new AmazonS3Config { ServiceURL = Setting("StorageEndpoint"), ForcePathStyle = true });

    /// <summary>Deletes an image at the registry, as somebody does who cleans up there.</summary>
    public async Task DeleteImageAsync(string version)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json");
        var manifests = $"http://{Setting("RegistryUrl")}/v2/dataset-management/api/manifests/";
        using var found = await client.GetAsync(manifests + version);
        (await client.DeleteAsync(manifests + found.EnsureSuccessStatusCode().Headers.GetValues("Docker-Content-Digest").Single())).EnsureSuccessStatusCode();
    }

    /// <summary>Deletes every dump in the backup bucket.</summary>
    public async Task DeleteBackupsAsync()
    {
        var (store, _) = Site;
        var dumps = await store.ListObjectsV2Async(new() { BucketName = Setting("BackupBucket") });
        foreach (var dump in dumps.S3Objects)
            await store.DeleteObjectAsync(dump.BucketName, dump.Key);
    }

    public override async Task<(int Pages, int Backups)> ObjectsAsync()
    {
        var (store, _) = Site;
        return (await CountAsync(store, Setting("FrontendBucket")), await CountAsync(store, Setting("BackupBucket")));
    }

    private protected override async Task EndAsync()
    {
        store?.Dispose();
        if (Checkout is null || (await Checkout.BuildAsync("Sandbox", "--stop")).ExitCode == 0 || !File.Exists(EndpointFile))
            return;
        // Sources that a story broke do not compile, and this command wants them to.
        await Command.RunAsync("kill", $"{Endpoint.ProcessId}");
        for (var waited = 0; File.Exists(EndpointFile) && waited < 200; waited++)
            await Task.Delay(100);
    }

    private protected override async Task MakeAsync() => Checkout = await Checkout.OfThisRepositoryAsync("1.0.0", new Dictionary<string, string?>());

    private string Setting(string name) => Endpoint.Parameters[name];
}

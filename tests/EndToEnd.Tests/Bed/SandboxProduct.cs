using System.Text.Json;
using Amazon.S3;
using Pipeline.Sandbox.Hosting;

namespace EndToEnd.Tests.Bed;

/// <summary>A checkout in which nothing is configured: its first command that needs an environment starts the sandbox.</summary>
internal sealed class SandboxProduct : Product
{
    private static readonly Lazy<bool> HasKubectl = new(() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "kubectl"))));

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

    private protected override string PodDatabaseUrl => Setting("DatabaseUrl");

    /// <summary>A checkout with a sandbox of its own.</summary>
    public static async Task<SandboxProduct> NewAsync() => (SandboxProduct)await NewAsync(Place.Sandbox);

    public override Task<string> ApiAsync() => Task.FromResult(Setting("ApiUrl"));

    public override async Task<(int Pages, int Backups)> ObjectsAsync()
    {
        var endpoint = Endpoint;
        using var store = new AmazonS3Client(
            endpoint.Variables["AWS_ACCESS_KEY_ID"], endpoint.Variables["AWS_SECRET_ACCESS_KEY"], new AmazonS3Config { ServiceURL = Setting("StorageEndpoint"), ForcePathStyle = true });
        return (await CountAsync(store, Setting("FrontendBucket")), await CountAsync(store, Setting("BackupBucket")));
    }

    public override async ValueTask DisposeAsync()
    {
        if (Checkout is not null)
            await Checkout.BuildAsync("Sandbox", "--stop");
        await base.DisposeAsync();
    }

    private protected override async Task MakeAsync() => Checkout = await Checkout.OfThisRepositoryAsync("1.0.0", new Dictionary<string, string?>());

    private string Setting(string name) => Endpoint.Parameters[name];
}

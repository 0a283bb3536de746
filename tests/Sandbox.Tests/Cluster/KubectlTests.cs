using CliWrap;
using CliWrap.Buffered;

namespace Sandbox.Tests.Cluster;

/// <summary>The program that everybody asks a cluster with.</summary>
public sealed class KubectlTests : IAsyncLifetime
{
    private const string Manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: api
        spec:
          replicas: 2
          selector:
            matchLabels: {app: api}
          template:
            metadata:
              labels: {app: api}
            spec:
              containers:
                - name: api
                  image: example.invalid/api:1
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-").FullName;
    private TestCluster cluster = null!;

    public async Task InitializeAsync()
    {
        Skip.IfNot(HasKubectl(), "kubectl is not installed");
        cluster = await TestCluster.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(folder, "api.yaml"), Manifest);
    }

    public async Task DisposeAsync()
    {
        if (cluster is not null)
            await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [SkippableFact]
    public async Task It_applies_shows_scales_patches_and_deletes()
    {
        Assert.Contains("deployment.apps/api serverside-applied", await RunAsync("apply --server-side --validate=false -f api.yaml"), StringComparison.Ordinal);
        Assert.Matches(@"NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\s+api\s+0/2\s+0\s+0", await RunAsync("get deploy"));
        Assert.Matches(@"Replicas:\s+2 desired", await RunAsync("describe deployment api"));
        Assert.Contains("deployment.apps/api scaled", await RunAsync("scale deployment api --replicas=3"), StringComparison.Ordinal);
        Assert.Contains("deployment.apps/api patched", await RunAsync("patch deployment api -p {\"spec\":{\"paused\":true}}"), StringComparison.Ordinal);
        Assert.Contains("deployment.apps/api image updated", await RunAsync("set image deployment/api api=example.invalid/api:2"), StringComparison.Ordinal);
        Assert.Equal("3 true example.invalid/api:2", await RunAsync("get deployment api -o jsonpath={.spec.replicas}§{.spec.paused}§{.spec.template.spec.containers[0].image}"));
        Assert.Contains("deployment.apps \"api\" deleted", await RunAsync("delete deployment api"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task It_names_a_conflict_in_the_servers_words()
    {
        await RunAsync("apply --server-side --validate=false --field-manager=first -f api.yaml");
        await RunAsync("scale deployment api --replicas=5");

        var said = await RunAsync("apply --server-side --validate=false --field-manager=first -f api.yaml");

        Assert.Contains("Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1: .spec.replicas", said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task It_applies_in_the_old_way_too()
    {
        Assert.Contains("deployment.apps/api created", await RunAsync("apply --validate=false -f api.yaml"), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "api.yaml"), Manifest.Replace("api:1", "api:2", StringComparison.Ordinal));
        Assert.Contains("deployment.apps/api configured", await RunAsync("apply --validate=false -f api.yaml"), StringComparison.Ordinal);
        Assert.Contains("deployment.apps/api unchanged", await RunAsync("apply --validate=false -f api.yaml"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task It_makes_jobs_and_deployments_without_a_file()
    {
        Assert.Contains("job.batch/once created", await RunAsync("create job once --image=example.invalid/api:1 -- alembic current"), StringComparison.Ordinal);
        Assert.Equal("example.invalid/api:1 [\"alembic\",\"current\"] Never", await RunAsync("get job once -o jsonpath={.spec.template.spec.containers[0].image}§{.spec.template.spec.containers[0].command}§{.spec.template.spec.restartPolicy}"));
        Assert.Contains("deployment.apps/web created", await RunAsync("create deployment web --image=example.invalid/web:1 --replicas=2 --port=80"), StringComparison.Ordinal);
        Assert.Equal("2 80 web", await RunAsync("get deployment web -o jsonpath={.spec.replicas}§{.spec.template.spec.containers[0].ports[0].containerPort}§{.spec.selector.matchLabels.app}"));
    }

    [SkippableFact]
    public async Task It_lets_the_server_validate_fields()
    {
        Assert.Contains("deployment.apps/api created", await RunAsync("apply -f api.yaml"), StringComparison.Ordinal);
        Assert.Contains("deployment.apps/api serverside-applied", await RunAsync("apply --server-side --force-conflicts -f api.yaml"), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "api.yaml"), Manifest.Replace("image:", "imagee: x\n          image:", StringComparison.Ordinal));

        Assert.Contains("strict decoding error: unknown field \"spec.template.spec.containers[0].imagee\"", await RunAsync("apply -f api.yaml"), StringComparison.Ordinal);
        Assert.Contains("Warning: unknown field \"spec.template.spec.containers[0].imagee\"", await RunAsync("apply --validate=warn -f api.yaml"), StringComparison.Ordinal);
        Assert.Contains("imagee: field not declared in schema", await RunAsync("apply --server-side --validate=false -f api.yaml"), StringComparison.Ordinal);
        Assert.DoesNotContain("imagee", await RunAsync("get deployment api -o jsonpath={.spec}"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task It_finds_out_who_may_do_what()
    {
        Assert.Equal("yes", await RunAsync("auth can-i create deployments"));
        Assert.Contains("no", await RunAsync("auth can-i create deployments", "deployer"), StringComparison.Ordinal);
        Assert.Contains("deployer", await RunAsync("auth whoami", "deployer"), StringComparison.Ordinal);
        Assert.Contains("Error from server (Forbidden): pods is forbidden: User \"deployer\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"", await RunAsync("get pods", "deployer"), StringComparison.Ordinal);
        var rules = await RunAsync("auth can-i --list", "deployer");
        Assert.Contains("selfsubjectreviews.authentication.k8s.io", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("selfsubjectreviews.authorization.k8s.io", rules, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task It_lists_what_is_served()
    {
        var kinds = await RunAsync("api-resources");

        Assert.Matches(@"deployments\s+deploy\s+apps/v1\s+true\s+Deployment", kinds);
        Assert.Contains("v1.34.0", await RunAsync("version"), StringComparison.Ordinal);
        Assert.Matches(@"default\s+Active", await RunAsync("get ns"));
        Assert.Contains("configmap/made created", await RunAsync("create configmap made --from-literal=a=b"), StringComparison.Ordinal);
        Assert.Matches(@"made\s+1\s+", await RunAsync("get cm"));
        Assert.Contains("No resources found", await RunAsync("get all"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_products_manifests_pass_with_the_deployers_rights()
    {
        var manifests = Path.Combine(RepositoryRoot.Path, "k8s");
        await RunAsync($"apply --validate=false -f {Path.Combine(manifests, "setup")}");

        var said = await RunAsync($"apply --server-side --validate=false -f {manifests}/config.yaml -f {manifests}/deployment.yaml -f {manifests}/service.yaml", "deployer");

        Assert.Equal(
            ["configmap/dataset-management-config serverside-applied", "deployment.apps/dataset-management-api serverside-applied", "service/dataset-management-api serverside-applied"],
            said.Split('\n', StringSplitOptions.TrimEntries));
        Assert.Contains("cannot list resource \"secrets\"", await RunAsync("get secrets", "deployer"), StringComparison.Ordinal);
        Assert.Matches(@"kube-system\s+Active", await RunAsync("get ns kube-system", "deployer"));
    }

    [SkippableFact]
    public async Task It_reads_logs_and_usage_and_follows_changes()
    {
        await RunAsync("create configmap watched --from-literal=a=b");

        Assert.Matches(@"NAME\s+DATA\s+AGE\s+watched\s+1", await RunAsync("get cm --watch --request-timeout=1s"));
        Assert.Contains("pods \"absent\" not found", await RunAsync("logs absent"), StringComparison.Ordinal);
        Assert.Contains("configmap/watched condition met", await RunAsync("wait configmap/watched --for=jsonpath={.data.a}=b --timeout=5s"), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(string command, string context = "sandbox")
    {
        // Hundreds of tests start clusters and programs at once.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        // § stands for a space inside an argument.
        var result = await Cli.Wrap("kubectl").WithArguments(["--context", context, .. command.Split(' ').Select(a => a.Replace('§', ' '))])
            .WithWorkingDirectory(folder).WithEnvironmentVariables(e => e.Set("KUBECONFIG", cluster.Kubeconfig).Set("HOME", folder))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(limit.Token);
        return (result.StandardOutput + result.StandardError).Trim();
    }

    private static bool HasKubectl() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "kubectl")) || File.Exists(Path.Combine(p, "kubectl.exe")));
}

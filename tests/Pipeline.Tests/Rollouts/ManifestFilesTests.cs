using CliWrap;
using CliWrap.Buffered;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Rollouts;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Rollouts;

public sealed class ManifestFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_file_is_read_but_the_migration_job()
    {
        folder.Write("b.yaml", Service("second"));
        folder.Write("a.yaml", $"{Service("first")}\n---\n{Service("also-first")}");
        folder.Write("c.yml", Service("third"));
        folder.Write("migration-job.yaml", Service("job"));
        folder.Write("setup/role.yaml", Service("setup"));
        folder.Write("README.md", "# Not a manifest");

        Assert.Equal(["first", "also-first", "second", "third"], (await ReadAsync()).Select(o => o.Name()));
    }

    [Fact]
    public async Task A_folder_without_manifests_is_refused()
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => ReadAsync());

        Assert.Equal($"--manifest-folder: '{folder.Path}' holds no manifest.", error.Message);
    }

    [Fact]
    public async Task A_manifest_of_another_namespace_is_refused()
    {
        folder.Write("a.yaml", "{apiVersion: v1, kind: Service, metadata: {name: api, namespace: elsewhere}}");

        var error = await Assert.ThrowsAsync<UsageException>(() => ReadAsync());

        Assert.Equal($"Service/api in '{folder.Path}' says namespace 'elsewhere', but --kube-namespace is 'product'. Leave the namespace out of manifests.", error.Message);
    }

    [Fact]
    public async Task A_manifest_that_says_the_namespace_itself_is_taken()
    {
        folder.Write("a.yaml", "{apiVersion: v1, kind: Service, metadata: {name: api, namespace: product}}");

        Assert.Single(await ReadAsync());
    }

    [Theory]
    [InlineData("{kind: Service, metadata: {name: api}}")]
    [InlineData("{apiVersion: v1, metadata: {name: api}}")]
    [InlineData("{apiVersion: v1, kind: Service}")]
    public async Task A_manifest_without_a_name_or_kind_is_refused(string manifest)
    {
        folder.Write("a.yaml", manifest);

        var error = await Assert.ThrowsAsync<UsageException>(() => ReadAsync());

        Assert.StartsWith($"A manifest in '{folder.Path}' lacks apiVersion, kind or metadata.name: {{", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patches_of_another_profile_are_not_built()
    {
        folder.Write("a.yaml", Service("api"));
        folder.Write("production/kustomization.yaml", "this is no kustomization");

        Assert.Single(await ReadAsync("staging"));
    }

    [Fact]
    public async Task A_kustomization_that_only_lists_files_is_read_without_kubectl()
    {
        folder.Write("b.yaml", Service("second"));
        folder.Write("a.yaml", Service("first"));
        folder.Write("not-listed.yaml", Service("not-listed"));
        folder.Write("kustomization.yaml", "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, resources: [b.yaml, a.yaml]}");

        Assert.Equal(["second", "first"], (await ReadAsync()).Select(o => o.Name()));
    }

    [SkippableFact]
    public async Task A_kustomization_in_the_manifest_folder_that_does_more_is_built_by_kubectl()
    {
        Skip.If(await KubectlIsMissingAsync(), "kubectl is not installed");
        folder.Write("a.yaml", Service("api"));
        folder.Write("kustomization.yaml", "{resources: [a.yaml], namePrefix: our-}");

        Assert.Equal("our-api", Assert.Single(await ReadAsync()).Name());
    }

    [SkippableFact]
    public async Task The_patches_of_the_profile_are_built_by_kubectl()
    {
        Skip.If(await KubectlIsMissingAsync(), "kubectl is not installed");
        folder.Write("a.yaml", Service("api"));
        folder.Write("staging/kustomization.yaml", """
            resources: [../a.yaml]
            patches: [{path: patch.yaml}]
            """);
        folder.Write("staging/patch.yaml", "{apiVersion: v1, kind: Service, metadata: {name: api, labels: {patched: 'yes'}}}");

        Assert.Equal("yes", Assert.Single(await ReadAsync("staging")).Text("metadata", "labels", "patched"));
    }

    [SkippableFact]
    public async Task A_kustomization_that_cannot_be_built_says_why()
    {
        Skip.If(await KubectlIsMissingAsync(), "kubectl is not installed");
        folder.Write("staging/kustomization.yaml", "resources: [../gone.yaml]");

        var error = await Assert.ThrowsAsync<UsageException>(() => ReadAsync("staging"));

        Assert.StartsWith($"'kubectl kustomize {Path.Combine(folder.Path, "staging")}' failed: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("gone.yaml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_among_the_manifests_is_refused_because_it_runs_once()
    {
        folder.Write("a.yaml", "{apiVersion: batch/v1, kind: Job, metadata: {name: seed}}");

        var error = await Assert.ThrowsAsync<UsageException>(() => ReadAsync("staging"));

        Assert.StartsWith($"Job/seed in '{folder.Path}' cannot be applied with each release: a Job runs once", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_migration_template_is_named()
    {
        var error = Assert.Throws<UsageException>(() => ManifestFiles.ReadMigrationJob(Options));

        Assert.Equal($"--manifest-folder: '{Path.Combine(folder.Path, "migration-job.yaml")}' does not exist; it is the template of the migration Job.", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("kind: Job\n---\nkind: Job\n")]
    public void A_migration_template_is_one_object(string text)
    {
        var path = folder.Write("migration-job.yaml", text);

        var error = Assert.Throws<UsageException>(() => ManifestFiles.ReadMigrationJob(Options));

        Assert.Equal($"'{path}' must hold one Job, the template of the migration.", error.Message);
    }

    private ManifestOptions Options => new() { ManifestFolder = folder.Path, ImageRepository = "team/api" };

    private Task<IReadOnlyList<System.Text.Json.Nodes.JsonObject>> ReadAsync(string environment = "test") =>
        ManifestFiles.ReadAsync(Options, environment, "product", default);

    private static string Service(string name) => $"{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}}}";

    private static async Task<bool> KubectlIsMissingAsync()
    {
        try
        {
            await Cli.Wrap("kubectl").WithArguments(["version", "--client"]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return true;
        }
    }
}

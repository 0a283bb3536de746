using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Sandbox.Cluster;
using Sandbox.Tests.Nodes;

namespace Sandbox.Tests.Verdicts;

/// <summary>What somebody changed by hand, as the sandbox's API server keeps it.</summary>
public sealed class DriftTests : IAsyncLifetime
{
    private static readonly Resource Services = new("v1", "Service", "services");

    private static readonly JsonObject Manifest = (JsonObject)JsonNode.Parse("""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"api"}},
         "template":{"metadata":{"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"busybox:1","command":["sleep","1000"],
          "env":[{"name":"MODE","value":"on"},{"name":"DB_PASSWORD","value":"word-in-manifest"}]}]}}}}
        """)!;

    private static readonly JsonObject Settings = (JsonObject)JsonNode.Parse("""
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"FEATURE":"false","LIMIT":"0","PREFIX":"","LEVEL":"info"}}
        """)!;

    // The cluster gives it an address where none is asked for.
    private static readonly JsonObject Service = (JsonObject)JsonNode.Parse("""
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"api"},"spec":{"clusterIP":"","selector":{"app":"api"},"ports":[{"port":80}]}}
        """)!;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipeline-");
    private NodeBed bed = null!;
    private ClusterServer server = null!;
    private ClusterConnection connection = null!;

    public async Task InitializeAsync()
    {
        bed = await NodeBed.StartAsync();
        server = await ClusterServer.StartAsync(new ClusterServerOptions { Store = bed.Store, Writer = bed.Writer, Folder = folder.FullName }, default);
        var kubeconfig = Path.Combine(folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig(NodeBed.Space));
        connection = ClusterConnection.Open(new ClusterOptions { KubeConfig = kubeconfig, KubeContext = "sandbox", KubeNamespace = NodeBed.Space });
        await connection.CreateAsync(Resource.Namespaces, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = NodeBed.Space } }, default);
        await connection.ApplyAsync(Resource.Deployments, Manifest, force: false, dryRun: false, default);
        await connection.ApplyAsync(Resource.ConfigMaps, Settings, force: false, dryRun: false, default);
        await connection.ApplyAsync(Services, Service, force: false, dryRun: false, default);
        await new ManifestArchive(connection).WriteAsync(1, [Settings, Service, Manifest], default);
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await server.DisposeAsync();
        await bed.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Nothing_is_told_of_what_is_as_it_was_applied() => Assert.Empty(await FindAsync(null));

    [Fact]
    public async Task A_field_changed_by_hand_is_told_with_who_did_it()
    {
        await EditAsync("""{"spec":{"template":{"spec":{"containers":[{"name":"api","env":[{"name":"MODE","value":"off"},{"name":"DB_PASSWORD","value":"another-word"},{"name":"MORE","value":"1"}]}]}}}}""");

        var found = await FindAsync(null);

        Assert.Equal(3, found.Count);
        Assert.Contains(found, d => d.StartsWith("Deployment/api: spec.template.spec.containers[api].env[MODE].value is 'off', not 'on'; changed by 'kubectl-edit' (at ", StringComparison.Ordinal));
        Assert.Contains(found, d => d.StartsWith("Deployment/api: spec.template.spec.containers[api].env[MORE] was added; changed by 'kubectl-edit'", StringComparison.Ordinal));
        Assert.Contains(found, d => d.Contains("env[DB_PASSWORD].value is '***', not '***'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_field_removed_by_hand_is_told_without_a_name_for_it_leaves_none()
    {
        await EditAsync("""{"spec":{"template":{"spec":{"containers":[{"name":"api","env":[{"name":"MODE","$patch":"delete"}]}]}}}}""");

        Assert.Equal(["Deployment/api: spec.template.spec.containers[api].env[MODE] was removed"], await FindAsync(null));
    }

    [Fact]
    public async Task A_rollout_since_the_release_is_told()
    {
        await bed.UntilAsync(() => bed.Pods.Count == 1);
        await EditAsync("""{"spec":{"template":{"metadata":{"annotations":{"restartedAt":"now"}}}}}""");
        await bed.UntilAsync(() => bed.Store.Find(ResourceKind.Deployments, NodeBed.Space, "api")!.Content.At("metadata", "annotations").Text("deployment.kubernetes.io/revision") == "2");

        Assert.Contains(await FindAsync("1"), d => d.Contains("revision 2, not 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_setting_that_was_off_zero_or_empty_is_told_once_it_is_not()
    {
        await EditAsync("""{"data":{"FEATURE":"true","LIMIT":"5","PREFIX":"x-","MORE":"1"}}""", Resource.ConfigMaps.PathIn(NodeBed.Space, "settings"));

        Assert.Equal(
            [
                "ConfigMap/settings: data.FEATURE is 'true', not 'false'; changed by 'kubectl-edit'",
                "ConfigMap/settings: data.LIMIT is '5', not '0'; changed by 'kubectl-edit'",
                "ConfigMap/settings: data.PREFIX is 'x-', not ''; changed by 'kubectl-edit'",
                "ConfigMap/settings: data.MORE was added; changed by 'kubectl-edit'",
            ],
            (await FindAsync(null)).Select(d => d.Split(" (at ")[0]));
    }

    [Fact]
    public async Task An_object_that_was_deleted_is_told()
    {
        await connection.DeleteAsync(Resource.Deployments, "api", default);

        Assert.Equal(["Deployment/api: it is gone"], await FindAsync(null));
    }

    [Fact]
    public async Task A_Secret_with_other_values_is_told_and_the_values_are_not()
    {
        var secret = (JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"mail"},"data":{"password":"cmlnaHQtd29yZA=="}}""")!;
        var stored = await connection.ApplyAsync(Resource.Secrets, secret, force: false, dryRun: false, default);
        var rollout = new RolloutResult([new("v1", "Secret", "mail", SecretHash.Of(stored))], 1);
        Assert.Empty(await FindAsync(null, rollout));

        await EditAsync("""{"data":{"password":"d3Jvbmctd29yZA=="}}""", Resource.Secrets.PathIn(NodeBed.Space, "mail"));

        Assert.Equal(["Secret/mail: its values are not those that the release left"], await FindAsync(null, rollout));
    }

    private async Task<List<string>> FindAsync(string? revision, RolloutResult? rollout = null)
    {
        var release = new Release { Number = 1, Environment = "sandbox", Key = "", Version = "1", Commit = "", StartedBy = "", Rollout = rollout };
        return [.. (await new ClusterDrift(connection, release, [new("apps/v1", "Deployment", "other", RolloutRevision: "7"), new("apps/v1", "Deployment", "api", RolloutRevision: revision)]).FindAsync(default)).Select(d => d.ToString())];
    }

    private async Task EditAsync(string patch, string? path = null)
    {
        using var content = new StringContent(patch, Encoding.UTF8, new MediaTypeHeaderValue("application/strategic-merge-patch+json"));
        await connection.SendAsync(HttpMethod.Patch, $"{path ?? Resource.Deployments.PathIn(NodeBed.Space, "api")}?fieldManager=kubectl-edit", content, default);
    }
}

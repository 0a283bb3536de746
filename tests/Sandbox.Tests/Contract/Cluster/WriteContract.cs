using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>Creation, replacement, patches and deletion.</summary>
public abstract class WriteContract(ContractCluster cluster) : ContractTests(cluster)
{
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string Operations = "application/json-patch+json";

    [SkippableFact]
    public async Task What_exists_cannot_be_created()
    {
        await Connection.CreateAsync(Resource.ConfigMaps, ConfigMap("twice"), default);

        var refused = await RefusedAsync(HttpStatusCode.Conflict, () => Connection.CreateAsync(Resource.ConfigMaps, ConfigMap("twice"), default));

        Assert.Equal("AlreadyExists", refused.Reason);
        Assert.Contains("configmaps \"twice\" already exists", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_generated_name_begins_with_its_prefix()
    {
        var map = ConfigMap("");
        map["metadata"] = new JsonObject { ["generateName"] = "made-" };

        var created = await Connection.CreateAsync(Resource.ConfigMaps, map, default);

        Assert.Matches("^made-[a-z0-9]{5}$", created.Name());
        Assert.NotNull(created.Text("metadata", "uid"));
    }

    [SkippableFact]
    public async Task A_replacement_of_an_old_version_is_a_conflict()
    {
        var read = await Connection.CreateAsync(Resource.ConfigMaps, ConfigMap("replaced", ("key", "1")), default);
        await PatchAsync(Resource.ConfigMaps, "replaced", """{"data": {"key": "theirs"}}""", Merge);
        read["data"]!["key"] = "ours";

        var refused = await RefusedAsync(HttpStatusCode.Conflict, () => Connection.ReplaceAsync(Resource.ConfigMaps, read, default));

        Assert.Contains("Operation cannot be fulfilled on configmaps \"replaced\": the object has been modified; please apply your changes to the latest version and try again", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_replacement_without_a_version_means_the_newest_and_an_equal_one_changes_nothing()
    {
        await Connection.CreateAsync(Resource.ConfigMaps, ConfigMap("unconditional", ("key", "1")), default);

        var replaced = await Connection.ReplaceAsync(Resource.ConfigMaps, ConfigMap("unconditional", ("key", "2")), default);
        var again = await Connection.ReplaceAsync(Resource.ConfigMaps, ConfigMap("unconditional", ("key", "2")), default);

        Assert.Equal("2", again.Text("data", "key"));
        Assert.Equal(replaced.Text("metadata", "resourceVersion"), again.Text("metadata", "resourceVersion"));
    }

    [SkippableFact]
    public async Task A_merge_patch_merges_and_null_removes()
    {
        await Connection.CreateAsync(Resource.ConfigMaps, ConfigMap("merged", ("a", "1"), ("b", "1")), default);

        var patched = await PatchAsync(Resource.ConfigMaps, "merged", """{"data": {"a": null, "c": "1"}}""", Merge);

        Assert.Equal(["b", "c"], patched.At("data")!.Select(d => d.Key).Order());
    }

    [SkippableFact]
    public async Task A_JSON_patch_tests_and_changes()
    {
        await Connection.CreateAsync(Resource.ConfigMaps, ConfigMap("operations", ("a", "1"), ("b.c", "1")), default);

        var patched = await PatchAsync(
            Resource.ConfigMaps, "operations", """[{"op": "test", "path": "/data/a", "value": "1"}, {"op": "replace", "path": "/data/a", "value": "2"}, {"op": "remove", "path": "/data/b.c"}]""", Operations);

        Assert.Equal("2", patched.Text("data", "a"));
        Assert.Single(patched.At("data")!);
    }

    [SkippableFact]
    public async Task A_strategic_patch_merges_containers_by_name_and_deletes_by_directive()
    {
        await Connection.CreateAsync(Resource.Deployments, Deployment("strategic"), default);

        var patched = await PatchAsync(
            Resource.Deployments,
            "strategic",
            """{"spec": {"template": {"spec": {"containers": [{"name": "api", "image": "example.invalid/api:2", "env": [{"name": "A", "$patch": "delete"}, {"name": "B", "value": "2"}]}, {"name": "side", "image": "example.invalid/side:1"}]}}}}""",
            Strategic);

        var containers = patched.Items("spec", "template", "spec", "containers").ToDictionary(c => c.Text("name")!);
        Assert.Equal("example.invalid/api:2", containers["api"].Text("image"));
        Assert.Equal(["B"], containers["api"].Items("env").Select(e => e.Text("name")));
        Assert.True(containers.ContainsKey("side"));
        Assert.Equal(2, patched.Number("metadata", "generation"));
    }

    [SkippableFact]
    public async Task Only_a_changed_specification_counts_a_generation_and_a_status_is_written_apart()
    {
        await Connection.CreateAsync(Resource.Deployments, Deployment("generation"), default);

        var labelled = await PatchAsync(Resource.Deployments, "generation", """{"metadata": {"labels": {"a": "b"}}, "status": {"collisionCount": 7}}""", Merge);
        var changed = await PatchAsync(Resource.Deployments, "generation", """{"spec": {"paused": true}}""", Merge);

        Assert.Equal(1, labelled.Number("metadata", "generation"));
        Assert.NotEqual(7, labelled.Number("status", "collisionCount"));
        Assert.Equal(2, changed.Number("metadata", "generation"));
    }

    [SkippableFact]
    public async Task Scale_shows_and_sets_replicas()
    {
        await Connection.CreateAsync(Resource.Deployments, Deployment("scaling"), default);
        var path = $"{Resource.Deployments.PathIn(Connection.Namespace, "scaling")}/scale";
        var scale = await Connection.SendAsync(HttpMethod.Get, path, null, default);
        scale["spec"] = new JsonObject { ["replicas"] = 1 };
        scale.At("metadata")!.Remove("resourceVersion");

        var scaled = await Connection.SendAsync(HttpMethod.Put, path, Content(scale), default);

        Assert.Equal(("Scale", 1, "app=scaling"), (scaled.Kind(), scaled.Number("spec", "replicas"), scaled.Text("status", "selector")));
        Assert.Equal(1, (await GetAsync(Resource.Deployments, "scaling")).Number("spec", "replicas"));
    }

    [SkippableFact]
    public async Task A_finalizer_keeps_what_was_deleted_until_it_is_taken_off()
    {
        var map = ConfigMap("finalized");
        map["metadata"]!["finalizers"] = new JsonArray("example.invalid/keep");
        await Connection.CreateAsync(Resource.ConfigMaps, map, default);
        await Connection.DeleteAsync(Resource.ConfigMaps, "finalized", default);

        Assert.NotNull((await GetAsync(Resource.ConfigMaps, "finalized")).Text("metadata", "deletionTimestamp"));
        await PatchAsync(Resource.ConfigMaps, "finalized", """{"metadata": {"finalizers": null}}""", Merge);

        Assert.Null(await Connection.FindAsync(Resource.ConfigMaps, "finalized", default));
    }

    [SkippableFact]
    public async Task A_deletion_with_another_uid_is_a_conflict()
    {
        await Connection.CreateAsync(Resource.ConfigMaps, ConfigMap("other"), default);

        await RefusedAsync(HttpStatusCode.Conflict, () => Connection.SendAsync(
            HttpMethod.Delete, Resource.ConfigMaps.PathIn(Connection.Namespace, "other"), Content(new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = "11111111-1111-1111-1111-111111111111" } }), default));

        Assert.NotNull(await Connection.FindAsync(Resource.ConfigMaps, "other", default));
    }

    [SkippableFact]
    public async Task A_collection_is_deleted_by_label()
    {
        foreach (var (name, set) in ((string, string)[])[("collected-a", "yes"), ("collected-b", "yes"), ("collected-c", "no")])
        {
            var map = ConfigMap(name);
            map["metadata"]!["labels"] = new JsonObject { ["collected"] = set };
            await Connection.CreateAsync(Resource.ConfigMaps, map, default);
        }

        await Connection.SendAsync(HttpMethod.Delete, $"{Resource.ConfigMaps.PathIn(Connection.Namespace)}?labelSelector=collected%3Dyes", null, default);

        Assert.Equal(["collected-c"], (await Connection.ListAsync(Resource.ConfigMaps, "collected", default)).Select(c => c.Name()));
    }

    [SkippableFact]
    public async Task A_lease_is_renewed_by_whoever_read_it_last()
    {
        var lease = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "lease" }, ["spec"] = new JsonObject { ["holderIdentity"] = "one", ["leaseDurationSeconds"] = 15 } };
        var read = await Connection.CreateAsync(Resource.Leases, lease, default);
        read["spec"]!["holderIdentity"] = "two";

        var renewed = await Connection.ReplaceAsync(Resource.Leases, (JsonObject)read.DeepClone(), default);

        Assert.Equal("two", renewed.Text("spec", "holderIdentity"));
        await RefusedAsync(HttpStatusCode.Conflict, () => Connection.ReplaceAsync(Resource.Leases, read, default));
    }

    [SkippableFact]
    public async Task A_secret_is_written_in_plain_text_and_read_encoded()
    {
        var secret = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "secret" }, ["stringData"] = new JsonObject { ["key"] = "value" } };

        var created = await Connection.CreateAsync(Resource.Secrets, secret, default);

        Assert.Equal(("Opaque", "dmFsdWU=", false), (created.Text("type"), created.Text("data", "key"), created.ContainsKey("stringData")));
    }
}

public sealed class SandboxWrites(SandboxCluster cluster) : WriteContract(cluster), IClassFixture<SandboxCluster>;

public sealed class TestbedWrites(TestbedCluster cluster) : WriteContract(cluster), IClassFixture<TestbedCluster>;

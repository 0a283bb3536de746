using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>Server-side apply: ownership, conflicts, removal.</summary>
public abstract class ApplyContract(ContractCluster cluster) : ContractTests(cluster)
{
    [SkippableFact]
    public async Task An_apply_that_says_the_same_again_changes_nothing()
    {
        var deployment = await ApplyAsync(Resource.Deployments, Deployment("same"), "one");
        var map = await ApplyAsync(Resource.ConfigMaps, ConfigMap("same", ("key", "1")), "one");

        Assert.Equal(deployment.Text("metadata", "generation"), (await ApplyAsync(Resource.Deployments, Deployment("same"), "one")).Text("metadata", "generation"));
        Assert.Equal(map.Text("metadata", "resourceVersion"), (await ApplyAsync(Resource.ConfigMaps, ConfigMap("same", ("key", "1")), "one")).Text("metadata", "resourceVersion"));
    }

    [SkippableFact]
    public async Task A_value_that_another_manager_applied_is_refused_with_its_name_and_field()
    {
        await ApplyAsync(Resource.ConfigMaps, ConfigMap("conflict", ("key", "theirs")), "them");

        var refused = await RefusedAsync(HttpStatusCode.Conflict, () => ApplyAsync(Resource.ConfigMaps, ConfigMap("conflict", ("key", "ours")), "us"));

        Assert.Contains("Apply failed with 1 conflict: conflict with \"them\": .data.key", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Several_conflicts_are_listed_below_each_other()
    {
        await ApplyAsync(Resource.ConfigMaps, ConfigMap("conflicts", ("a", "1"), ("b", "1")), "them");

        var refused = await RefusedAsync(HttpStatusCode.Conflict, () => ApplyAsync(Resource.ConfigMaps, ConfigMap("conflicts", ("a", "2"), ("b", "2")), "us"));

        Assert.Contains("Apply failed with 2 conflicts: conflicts with \"them\":\n- .data.a\n- .data.b", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_container_in_conflict_is_named_by_its_key()
    {
        await ApplyAsync(Resource.Deployments, Deployment("container"), "them");

        var refused = await RefusedAsync(HttpStatusCode.Conflict, () => ApplyAsync(Resource.Deployments, Deployment("container", image: "example.invalid/api:2"), "us"));

        Assert.Contains(".spec.template.spec.containers[name=\"api\"].image", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_update_takes_fields_over_and_is_named_with_its_version_in_a_conflict()
    {
        await ApplyAsync(Resource.ConfigMaps, ConfigMap("update", ("key", "one")), "us");
        await PatchAsync(Resource.ConfigMaps, "update", """{"data": {"key": "two"}}""", "application/merge-patch+json");

        var refused = await RefusedAsync(HttpStatusCode.Conflict, () => ApplyAsync(Resource.ConfigMaps, ConfigMap("update", ("key", "one")), "us"));

        Assert.Contains("conflict with \"patcher\" using v1", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Force_takes_fields_over()
    {
        await ApplyAsync(Resource.ConfigMaps, ConfigMap("force", ("key", "theirs"), ("other", "theirs")), "them");

        var forced = await ApplyAsync(Resource.ConfigMaps, ConfigMap("force", ("key", "ours")), "us", force: true);

        Assert.Equal("ours", forced.Text("data", "key"));
        Assert.Equal("theirs", forced.Text("data", "other"));
        Assert.False(Owned(forced, "them").At("f:data")!.ContainsKey("f:key"));
        Assert.True(Owned(forced, "us").At("f:data")!.ContainsKey("f:key"));
    }

    [SkippableFact]
    public async Task Whoever_sends_owners_decides_who_owns_what()
    {
        await Connection.SendAsync(HttpMethod.Post, $"{Resource.ConfigMaps.PathIn(Connection.Namespace)}?fieldManager=creator", Content(ConfigMap("owners", ("a", "1"), ("b", "1"))), default);
        var entry = (JsonObject)(await GetAsync(Resource.ConfigMaps, "owners")).Items("metadata", "managedFields").Single().DeepClone();
        (entry["manager"], entry["operation"]) = ("us", "Apply");
        var patch = new JsonArray(new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = new JsonArray(entry) });
        await PatchAsync(Resource.ConfigMaps, "owners", patch.ToJsonString(), "application/json-patch+json");

        var after = await ApplyAsync(Resource.ConfigMaps, ConfigMap("owners", ("a", "1")), "us");

        Assert.Equal(["a"], after.At("data")!.Select(d => d.Key));
        Assert.Equal(["us"], after.Items("metadata", "managedFields").Select(f => f.Text("manager")));
    }

    [SkippableFact]
    public async Task What_is_applied_no_longer_goes_unless_somebody_else_owns_it()
    {
        await ApplyAsync(Resource.ConfigMaps, ConfigMap("removal", ("own", "1"), ("shared", "1")), "us");
        await ApplyAsync(Resource.ConfigMaps, ConfigMap("removal", ("shared", "1")), "them");

        var after = await ApplyAsync(Resource.ConfigMaps, ConfigMap("removal", ("new", "1")), "us");

        Assert.Equal(["new", "shared"], after.At("data")!.Select(d => d.Key).Order());
    }

    [SkippableFact]
    public async Task A_list_element_that_is_applied_no_longer_goes_and_defaults_come_back()
    {
        var manifest = Deployment("element", replicas: 0);
        await ApplyAsync(Resource.Deployments, manifest, "us");
        manifest.At("spec")!["template"]!["spec"]!["containers"]![0]!.AsObject().Remove("env");
        manifest.At("spec")!["revisionHistoryLimit"] = 3;
        await ApplyAsync(Resource.Deployments, manifest, "us");
        manifest.At("spec")!.Remove("revisionHistoryLimit");

        var after = await ApplyAsync(Resource.Deployments, manifest, "us");

        Assert.Empty(after.Items("spec", "template", "spec", "containers").Single().Items("env"));
        Assert.Equal(10, after.Number("spec", "revisionHistoryLimit"));
    }

    [SkippableFact]
    public async Task Elements_of_several_managers_live_in_one_list()
    {
        await ApplyAsync(Resource.Deployments, Deployment("lists"), "us");
        var theirs = Deployment("lists");
        theirs.At("spec")!.Remove("replicas");
        var container = theirs.Items("spec", "template", "spec", "containers").Single();
        container["env"] = new JsonArray(new JsonObject { ["name"] = "B", ["value"] = "2" });

        var after = await ApplyAsync(Resource.Deployments, theirs, "them");

        Assert.Equal(["A", "B"], after.Items("spec", "template", "spec", "containers").Single().Items("env").Select(e => e.Text("name")).Order());
    }

    [SkippableFact]
    public async Task The_first_apply_to_a_created_object_leaves_its_fields_with_whoever_created_it()
    {
        await Connection.SendAsync(HttpMethod.Post, $"{Resource.ConfigMaps.PathIn(Connection.Namespace)}?fieldManager=creator", Content(ConfigMap("created", ("key", "1"))), default);

        var refused = await RefusedAsync(HttpStatusCode.Conflict, () => ApplyAsync(Resource.ConfigMaps, ConfigMap("created", ("key", "2")), "us"));

        Assert.Contains("\"creator\"", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_deployment_that_was_scaled_conflicts_with_an_apply_of_its_replicas()
    {
        var manifest = Deployment("scaled");
        manifest["spec"]!["paused"] = true;
        await ApplyAsync(Resource.Deployments, manifest, "us");
        await Connection.SendAsync(
            HttpMethod.Patch,
            $"{Resource.Deployments.PathIn(Connection.Namespace, "scaled")}?fieldManager=scaler",
            Content(JsonNode.Parse("""{"spec": {"replicas": 1}}""")!, "application/strategic-merge-patch+json"),
            default);

        var refused = await RefusedAsync(HttpStatusCode.Conflict, () => ApplyAsync(Resource.Deployments, manifest, "us"));

        Assert.Contains("Apply failed with 1 conflict: conflict with \"scaler\" using apps/v1", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(": .spec.replicas", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_dry_run_shows_what_would_be_and_stores_nothing()
    {
        await ApplyAsync(Resource.ConfigMaps, ConfigMap("dry", ("key", "1")), "us");

        var shown = await ApplyAsync(Resource.ConfigMaps, ConfigMap("dry", ("key", "2")), "us", more: "&dryRun=All");
        await ApplyAsync(Resource.ConfigMaps, ConfigMap("never", ("key", "2")), "us", more: "&dryRun=All");

        Assert.Equal("2", shown.Text("data", "key"));
        Assert.Equal("1", (await GetAsync(Resource.ConfigMaps, "dry")).Text("data", "key"));
        Assert.Null(await Connection.FindAsync(Resource.ConfigMaps, "never", default));
    }

    [SkippableFact]
    public async Task An_apply_without_a_manager_is_refused()
    {
        var path = Resource.ConfigMaps.PathIn(Connection.Namespace, "nobody");

        var refused = await Assert.ThrowsAsync<ClusterRequestException>(() => Connection.SendAsync(HttpMethod.Patch, path, Content(ConfigMap("nobody"), "application/apply-patch+yaml"), default));

        Assert.Contains("fieldManager: Required value: is required for apply patch", refused.Message, StringComparison.Ordinal);
    }

    private static JsonObject Owned(JsonObject stored, string manager) =>
        stored.Items("metadata", "managedFields").Single(f => f.Text("manager") == manager).At("fieldsV1")!;
}

public sealed class SandboxApply(SandboxCluster cluster) : ApplyContract(cluster), IClassFixture<SandboxCluster>;

public sealed class TestbedApply(TestbedCluster cluster) : ApplyContract(cluster), IClassFixture<TestbedCluster>;

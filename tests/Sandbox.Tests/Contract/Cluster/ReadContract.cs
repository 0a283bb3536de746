using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>Lists, selectors and watches.</summary>
public abstract class ReadContract(ContractCluster cluster) : ContractTests(cluster)
{
    [SkippableFact]
    public async Task A_list_in_pages_holds_everything_once_and_later_pages_show_the_state_of_the_first()
    {
        foreach (var name in (string[])["page-a", "page-b", "page-c"])
            await CreateAsync(name, ("set", "pages"));
        var path = $"{Resource.ConfigMaps.PathIn(Connection.Namespace)}?labelSelector=set%3Dpages&limit=2";
        var first = await Connection.SendAsync(HttpMethod.Get, path, null, default);
        await Connection.DeleteAsync(Resource.ConfigMaps, "page-c", default);

        var second = await Connection.SendAsync(HttpMethod.Get, $"{path}&continue={Uri.EscapeDataString(first.Text("metadata", "continue")!)}", null, default);

        Assert.Equal(["page-a", "page-b"], first.Items("items").Select(i => i.Name()));
        Assert.Equal(["page-c"], second.Items("items").Select(i => i.Name()));
        Assert.True(string.IsNullOrEmpty(second.Text("metadata", "continue")));
        Assert.Equal(first.Text("metadata", "resourceVersion"), second.Text("metadata", "resourceVersion"));
    }

    [SkippableFact]
    public async Task Items_of_a_list_do_not_repeat_kind_and_version()
    {
        await CreateAsync("item", ("set", "items"));

        var list = await Connection.SendAsync(HttpMethod.Get, $"{Resource.ConfigMaps.PathIn(Connection.Namespace)}?labelSelector=set%3Ditems", null, default);

        Assert.Equal("ConfigMapList", list.Kind());
        Assert.False(list.Items("items").Single().ContainsKey("kind"));
    }

    [SkippableTheory]
    [InlineData("tier=front", "selected-a")]
    [InlineData("tier in (front,back)", "selected-a selected-b")]
    [InlineData("group=selected,tier notin (front)", "selected-b selected-c")]
    [InlineData("group=selected,!tier", "selected-c")]
    [InlineData("group=selected,tier", "selected-a selected-b")]
    [InlineData("group=selected,tier!=back", "selected-a selected-c")]
    public async Task Label_selectors_select(string selector, string expected)
    {
        await EnsureAsync("selected-a", ("group", "selected"), ("tier", "front"));
        await EnsureAsync("selected-b", ("group", "selected"), ("tier", "back"));
        await EnsureAsync("selected-c", ("group", "selected"));

        var found = await Connection.ListAsync(Resource.ConfigMaps, selector, default);

        Assert.Equal(expected, string.Join(' ', found.Select(f => f.Name())));
    }

    [SkippableFact]
    public async Task A_field_selector_selects_by_name_and_an_unknown_field_is_refused()
    {
        await CreateAsync("by-name");
        var path = Resource.ConfigMaps.PathIn(Connection.Namespace);

        var found = await Connection.SendAsync(HttpMethod.Get, $"{path}?fieldSelector=metadata.name%3Dby-name", null, default);
        var refused = await RefusedAsync(HttpStatusCode.BadRequest, () => Connection.SendAsync(HttpMethod.Get, $"{Resource.Pods.PathIn(Connection.Namespace)}?fieldSelector=data.key%3Dx", null, default));

        Assert.Equal("by-name", found.Items("items").Single().Name());
        Assert.Contains("field label not supported: data.key", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_watch_goes_on_from_a_version()
    {
        var created = await CreateAsync("watched", ("set", "watched"));
        await PatchAsync(Resource.ConfigMaps, "watched", """{"data": {"key": "2"}}""", "application/merge-patch+json");
        await Connection.DeleteAsync(Resource.ConfigMaps, "watched", default);

        var seen = await WatchAsync("set=watched", created.Text("metadata", "resourceVersion")!, 2);

        Assert.Equal(["MODIFIED", "DELETED"], seen.Select(e => e.Text("type")));
        Assert.All(seen, e => Assert.Equal("ConfigMap", e.Text("object", "kind")));
    }

    [SkippableFact]
    public async Task An_object_that_enters_or_leaves_the_selector_is_added_or_deleted()
    {
        var created = await CreateAsync("moving");
        await PatchAsync(Resource.ConfigMaps, "moving", """{"metadata": {"labels": {"set": "moving"}}}""", "application/merge-patch+json");
        await PatchAsync(Resource.ConfigMaps, "moving", """{"metadata": {"labels": {"set": "gone"}}}""", "application/merge-patch+json");

        var seen = await WatchAsync("set=moving", created.Text("metadata", "resourceVersion")!, 2);

        Assert.Equal(["ADDED", "DELETED"], seen.Select(e => e.Text("type")));
    }

    [SkippableFact]
    public async Task A_watch_without_a_version_begins_with_what_there_is_and_ends_in_time()
    {
        await CreateAsync("initial", ("set", "initial"));

        var seen = await WatchAsync("set=initial", "0", 2, seconds: 1);

        Assert.Equal("ADDED", Assert.Single(seen).Text("type"));
    }

    [SkippableFact]
    public async Task What_is_not_there_is_not_found()
    {
        var missing = await RefusedAsync(HttpStatusCode.NotFound, () => Connection.SendAsync(HttpMethod.Get, Resource.ConfigMaps.PathIn(Connection.Namespace, "absent"), null, default));
        var unknown = await RefusedAsync(HttpStatusCode.NotFound, () => Connection.SendAsync(HttpMethod.Get, "apis/example.invalid/v1/things", null, default));

        Assert.Contains("configmaps \"absent\" not found", missing.Message, StringComparison.Ordinal);
        Assert.Equal("NotFound", missing.Reason);
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
    }

    [SkippableFact]
    public async Task Discovery_describes_deployments()
    {
        var list = await Connection.SendAsync(HttpMethod.Get, "apis/apps/v1", null, default);

        var deployments = list.Items("resources").Single(r => r.Text("name") == "deployments");
        Assert.Equal(("Deployment", "true", "deploy"), (deployments.Kind(), deployments.Text("namespaced"), $"{deployments["shortNames"]![0]}"));
        Assert.Contains(list.Items("resources"), r => r.Text("name") == "deployments/scale" && r.Kind() == "Scale");
    }

    private async Task EnsureAsync(string name, params (string Key, string Value)[] labels)
    {
        if (await Connection.FindAsync(Resource.ConfigMaps, name, default) is null)
            await CreateAsync(name, labels);
    }

    private Task<JsonObject> CreateAsync(string name, params (string Key, string Value)[] labels)
    {
        var map = ConfigMap(name, ("key", "1"));
        map.At("metadata")!["labels"] = new JsonObject(labels.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value)));
        return Connection.CreateAsync(Resource.ConfigMaps, map, default);
    }

    private async Task<List<JsonObject>> WatchAsync(string selector, string version, int count, int seconds = 10)
    {
        var path = $"{Resource.ConfigMaps.PathIn(Connection.Namespace)}?watch=true&timeoutSeconds={seconds}&resourceVersion={version}&labelSelector={Uri.EscapeDataString(selector)}";
        using var response = await Connection.StreamAsync(HttpMethod.Get, path, null, default);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var seen = new List<JsonObject>();
        while (seen.Count < count && await reader.ReadLineAsync() is { } line)
            seen.Add((JsonObject)JsonNode.Parse(line)!);
        return seen;
    }
}

public sealed class SandboxReads(SandboxCluster cluster) : ReadContract(cluster), IClassFixture<SandboxCluster>;

public sealed class TestbedReads(TestbedCluster cluster) : ReadContract(cluster), IClassFixture<TestbedCluster>;

using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Cluster;

namespace Sandbox.Tests.Cluster;

public sealed class ClusterStoreTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_restart_finds_every_object_and_gives_no_version_twice()
    {
        var store = new ClusterStore(folder.Path);
        store.Create(ResourceKind.ConfigMaps, Named("one"));
        var last = store.Replace(store.Find(ResourceKind.ConfigMaps, "space", "one")!, Named("one", "changed"));

        var again = new ClusterStore(folder.Path);

        Assert.Equal("changed", (string?)again.Find(ResourceKind.ConfigMaps, "space", "one")!.Content["data"]!["key"]);
        Assert.True(again.Create(ResourceKind.ConfigMaps, Named("two")).Version > last.Version);
    }

    [Fact]
    public void An_object_that_changed_in_between_is_not_overwritten()
    {
        var store = new ClusterStore(folder.Path);
        var read = store.Create(ResourceKind.ConfigMaps, Named("one"));
        store.Replace(read, Named("one", "theirs"));

        var error = Assert.Throws<ApiException>(() => store.Replace(read, Named("one", "mine")));

        Assert.Equal((HttpStatusCode.Conflict, "Conflict"), (error.Code, error.Reason));
        Assert.Equal("Conflict", Assert.Throws<ApiException>(() => store.Remove(read)).Reason);
    }

    [Fact]
    public void Equal_content_is_no_change()
    {
        var store = new ClusterStore(folder.Path);
        var created = store.Create(ResourceKind.ConfigMaps, Named("one", "same"));

        Assert.Same(created, store.Replace(created, Named("one", "same")));
        Assert.Equal(created.Version, store.Version);
    }

    [Fact]
    public async Task A_watch_sees_what_happened_after_its_version_and_what_happens_now()
    {
        var store = new ClusterStore(folder.Path);
        var first = store.Create(ResourceKind.ConfigMaps, Named("one"));
        var second = store.Create(ResourceKind.ConfigMaps, Named("two"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await using var watch = store.WatchAsync(ResourceKind.ConfigMaps, first.Version, limit.Token).GetAsyncEnumerator(limit.Token);

        await watch.MoveNextAsync();
        Assert.Equal((ChangeType.Added, "two"), (watch.Current.Type, watch.Current.Object.Name));
        store.Remove(second);
        await watch.MoveNextAsync();
        Assert.Equal((ChangeType.Deleted, "two"), (watch.Current.Type, watch.Current.Object.Name));
    }

    [Fact]
    public async Task A_watch_from_before_a_compaction_is_told_that_it_is_too_late()
    {
        var store = new ClusterStore(folder.Path);
        var first = store.Create(ResourceKind.ConfigMaps, Named("one"));
        store.Create(ResourceKind.ConfigMaps, Named("two"));
        store.Compact();

        var error = await Assert.ThrowsAsync<ApiException>(async () => await store.WatchAsync(ResourceKind.ConfigMaps, first.Version, default).GetAsyncEnumerator().MoveNextAsync());

        Assert.Equal(HttpStatusCode.Gone, error.Code);
    }

    private static JsonObject Named(string name, string value = "first") => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "space" },
        ["data"] = new JsonObject { ["key"] = value },
    };
}

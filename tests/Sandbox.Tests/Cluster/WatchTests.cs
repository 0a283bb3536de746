using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Sandbox.Tests.Cluster;

public sealed class WatchTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task A_watch_from_a_forgotten_version_gets_an_error_event()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Writer.Create(ResourceKind.ConfigMaps, "default", Named("one"));
        cluster.Store.Compact();
        using var lines = await cluster.OpenAsync($"{Maps}?watch=1&resourceVersion=1");

        var error = (JsonObject)JsonNode.Parse((await lines.ReadLineAsync())!)!;

        Assert.Equal(("ERROR", 410, "Expired"), (error.Text("type"), error.Number("object", "code"), error.Text("object", "reason")));
        Assert.Null(await lines.ReadLineAsync());
    }

    [Fact]
    public async Task A_list_that_goes_on_after_a_compaction_is_gone()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var name in (string[])["one", "two"])
            cluster.Writer.Create(ResourceKind.ConfigMaps, "default", Named(name));
        var (_, first) = await cluster.GetAsync($"{Maps}?limit=1");
        cluster.Writer.Create(ResourceKind.ConfigMaps, "default", Named("three"));
        cluster.Store.Compact();

        var (code, body) = await cluster.GetAsync($"{Maps}?limit=1&continue={Uri.EscapeDataString(first.Text("metadata", "continue")!)}");

        Assert.Equal((410, "Expired"), ((int)code, body.Text("reason")));
    }

    [Fact]
    public async Task Bookmarks_come_every_minute_and_at_the_end()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time);
        using var lines = await cluster.OpenAsync($"{Maps}?watch=1&resourceVersion={cluster.Store.Version}&allowWatchBookmarks=true&timeoutSeconds=90");
        var types = new List<string?>();
        var reading = Task.Run(async () =>
        {
            while (await lines.ReadLineAsync() is { } line)
                types.Add((JsonNode.Parse(line) as JsonObject).Text("type"));
        });
        // The clock moves only once the server waits for it.
        for (var second = 0; second < 200 && !reading.IsCompleted; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }

        await reading.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["BOOKMARK", "BOOKMARK"], types);
    }

    [Fact]
    public async Task The_bookmark_at_the_end_stands_for_no_change_that_was_not_sent()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time);
        for (var round = 0; round < 50; round++)
        {
            using var lines = await cluster.OpenAsync($"{Maps}?watch=1&resourceVersion={cluster.Store.Version}&allowWatchBookmarks=true&timeoutSeconds=30");
            // Changes come at the very moment at which the watch's time is over.
            var writing = Task.Run(() => Enumerable.Range(0, 20).Select(i => cluster.Writer.Create(ResourceKind.ConfigMaps, "default", Named($"map-{round}-{i}")).Version).ToList());
            time.Advance(TimeSpan.FromSeconds(31));

            var (seen, mark) = await ReadAsync(lines);

            Assert.InRange(mark, 1, long.MaxValue);
            Assert.Equal((await writing).Where(v => v <= mark), seen.Where(v => v <= mark));
        }
    }

    [Fact]
    public async Task Initial_events_end_with_a_marked_bookmark()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Writer.Create(ResourceKind.ConfigMaps, "default", Named("one"));
        using var lines = await cluster.OpenAsync($"{Maps}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan");

        await lines.ReadLineAsync();
        var mark = (JsonObject)JsonNode.Parse((await lines.ReadLineAsync())!)!;

        Assert.Equal(("BOOKMARK", "true"), (mark.Text("type"), mark.Text("object", "metadata", "annotations", "k8s.io/initial-events-end")));
    }

    private static async Task<(List<long> Seen, long Mark)> ReadAsync(StreamReader lines)
    {
        var (seen, mark) = (new List<long>(), 0L);
        while (await lines.ReadLineAsync() is { } line && JsonNode.Parse(line) is JsonObject change)
            if (change.Text("type") == "BOOKMARK")
                mark = change.Number("object", "metadata", "resourceVersion");
            else
                seen.Add(change.Number("object", "metadata", "resourceVersion"));
        return (seen, mark);
    }

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };
}

using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Cluster;

public sealed class ClusterListTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private ClusterConnection connection = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options);
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_list_is_read_in_pages()
    {
        cluster.Before = async http =>
        {
            var next = http.Request.Query["continue"] == "" ? "more" : "";
            await http.Response.WriteAsync($$$"""{"metadata":{"continue":"{{{next}}}"},"items":[{"metadata":{"name":"after-{{{http.Request.Query["continue"]}}}"}}]}""");
            return true;
        };

        Assert.Equal(["after-", "after-more"], (await connection.ListAsync(Resource.Pods, "app=api", default)).Select(p => p.Name()));
    }

    [Fact]
    public async Task A_list_whose_pages_expired_in_between_is_read_anew()
    {
        var pages = new Queue<string>(["""{"metadata":{"continue":"old"},"items":[{"metadata":{"name":"gone"}}]}""", "", """{"metadata":{},"items":[{"metadata":{"name":"there"}}]}"""]);
        cluster.Before = async http =>
        {
            var page = pages.Dequeue();
            http.Response.StatusCode = page.Length > 0 ? 200 : 410;
            await http.Response.WriteAsync(page.Length > 0 ? page : """{"kind":"Status","reason":"Expired","message":"The provided continue parameter is too old"}""");
            return true;
        };

        Assert.Equal(["there"], (await connection.ListAsync(Resource.Pods, null, default)).Select(p => p.Name()));
    }
}

using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Journal;

namespace Sandbox.Tests.Journal;

public sealed class RequestJournalTests : IAsyncLifetime
{
    private readonly RequestJournal journal = new();
    private readonly HttpClient client = new();
    private readonly List<string> handled = [];
    private LoopbackServer server = null!;

    public async Task InitializeAsync() => server = await LoopbackServer.StartAsync(
        new Door(0) { Pass = (http, handler) => journal.PassAsync("cluster", http, handler) }, AnswerAsync, default);

    public async Task DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_noted_before_it_is_begun()
    {
        await client.GetStringAsync($"{server.Address}/a");

        Assert.Empty(journal.Entries);
        Assert.Equal(["GET /a"], handled);
    }

    [Fact]
    public async Task Requests_are_noted_in_order_and_those_that_are_alike_are_counted()
    {
        journal.Begin(null);

        await client.GetStringAsync($"{server.Address}/apis/batch/v1/jobs/migrate-17?watch=true");
        await PutAsync("/configmaps/pipeline-release-17", "the seventeenth");
        await PutAsync("/configmaps/pipeline-release-18", "the eighteenth");

        Assert.Equal(
            [
                new(1, "cluster", "GET", "/apis/batch/v1/jobs/migrate-17?watch=true", "/apis/batch/v1/jobs/migrate-#?watch", 1, null),
                new(2, "cluster", "PUT", "/configmaps/pipeline-release-17", "/configmaps/pipeline-release-#", 1, "the seventeenth"),
                new JournalEntry(3, "cluster", "PUT", "/configmaps/pipeline-release-18", "/configmaps/pipeline-release-#", 2, "the eighteenth"),
            ],
            journal.Entries);
        Assert.Equal(["GET /apis/batch/v1/jobs/migrate-17", "PUT /configmaps/pipeline-release-17 the seventeenth", "PUT /configmaps/pipeline-release-18 the eighteenth"], handled);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task A_process_ends_at_a_request_before_or_after_it_is_handled(bool after, int done)
    {
        using var victim = Sleeper();
        journal.Begin(new KillOrder(victim.Id, after) { Door = "cluster", Method = "PUT", Shape = "/configmaps/pipeline-release-#", Nth = 2 });

        await PutAsync("/configmaps/pipeline-release-17", "one");
        Assert.False(victim.HasExited);
        await Assert.ThrowsAsync<HttpRequestException>(() => PutAsync("/configmaps/pipeline-release-17", "two"));

        await victim.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(journal.Struck);
        Assert.Equal(done, handled.Count);
        await PutAsync("/configmaps/pipeline-release-17", "three");
    }

    [Fact]
    public async Task A_process_ends_at_a_number()
    {
        using var victim = Sleeper();
        journal.Begin(new KillOrder(victim.Id, After: false) { Number = 2 });

        await client.GetStringAsync($"{server.Address}/a");
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"{server.Address}/b"));

        Assert.True(journal.Struck);
        Assert.Equal(["GET /a"], handled);
    }

    [Theory]
    [InlineData("/backups/sandbox/20261128T195346Z-1.1.0-c7a41e88d356.dump", "?x-id=PutObject", "/backups/sandbox/#-#.#.#-#.dump?x-id")]
    [InlineData("/site/assets/index-DkXqWa_s.js", "", "/site/assets/index-#.js")]
    [InlineData("/apis/autoscaling/v2beta1/namespaces/dataset-management/horizontalpodautoscalers", "?limit=500&continue=a=b", "/apis/autoscaling/v2beta1/namespaces/dataset-management/horizontalpodautoscalers?continue&limit")]
    [InlineData("/v2/dataset-management/api/blobs/sha256:6ca669587c23", "", "/v2/dataset-management/api/blobs/#:#")]
    public void A_shape_has_nothing_that_is_another_in_each_run(string path, string query, string shape) => Assert.Equal(shape, RequestShape.Of(path, query));

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        handled.Add($"{http.Request.Method} {http.Request.Path} {await reader.ReadToEndAsync()}".TrimEnd());
        await http.Response.WriteAsync("done");
    }

    private async Task PutAsync(string path, string body)
    {
        using var content = new StringContent(body);
        using var answer = await client.PutAsync($"{server.Address}{path}", content);
        answer.EnsureSuccessStatusCode();
    }

    // Waits for an input that never comes, on every system.
    private static Process Sleeper() => Process.Start(new ProcessStartInfo("node", ["-e", "setTimeout(() => {}, 60000)"]) { RedirectStandardInput = true })!;
}

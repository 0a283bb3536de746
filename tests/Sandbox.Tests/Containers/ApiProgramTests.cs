using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Containers;

namespace Sandbox.Tests.Containers;

public sealed class ApiProgramTests : IAsyncLifetime, IDisposable
{
    private readonly ProgramBed bed = new();
    private readonly HttpClient http = new();
    private ContainerContext context = null!;
    private Task<int> run = null!;

    public async Task InitializeAsync()
    {
        context = bed.Context(["python3", "-m", "app"], ("DATABASE_URL", "none"), ("APP_VERSION", "1.2.3"));
        run = bed.RunAsync(new ApiProgram(), context);
        http.BaseAddress = new Uri($"http://127.0.0.1:{await bed.Port.Task}");
    }

    public async Task DisposeAsync()
    {
        await bed.TerminateAsync();
        Assert.Equal(0, await run);
    }

    public void Dispose()
    {
        http.Dispose();
        bed.Dispose();
    }

    [Fact]
    public async Task Health_names_version_and_says_that_there_is_no_database() =>
        Assert.Equal("""{"status":"ok","version":"1.2.3","schema_revision":null,"database":"none"}""", await http.GetStringAsync("/health"));

    [Fact]
    public async Task A_dataset_is_made_read_listed_and_removed()
    {
        var created = await http.PostAsJsonAsync("/api/v1/datasets", new { name = "one" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var id = JsonNode.Parse(await created.Content.ReadAsStringAsync())!.AsObject().Number("id");
        Assert.Equal(HttpStatusCode.Conflict, (await http.PostAsJsonAsync("/api/v1/datasets", new { name = "one" })).StatusCode);
        Assert.Equal("one", JsonNode.Parse(await http.GetStringAsync($"/api/v1/datasets/{id}"))!.AsObject().Text("name"));
        Assert.Single(JsonNode.Parse(await http.GetStringAsync("/api/v1/datasets?limit=10"))!.AsArray());

        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync($"/api/v1/datasets/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/api/v1/datasets/{id}")).StatusCode);
    }

    [Theory]
    [InlineData("{}", "field required")]
    [InlineData("""{"name":""}""", "ensure this value has at least 1 characters")]
    [InlineData("""{"name":"  "}""", "string does not match regex \"\\S\"")]
    [InlineData("""{"name":["x"]}""", "str type expected")]
    [InlineData("[]", "value is not a valid dict")]
    [InlineData("nonsense", "Expecting value")]
    public async Task A_wrong_dataset_is_refused_with_its_fault(string body, string message)
    {
        var refused = await http.PostAsync("/api/v1/datasets", new StringContent(body));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var fault = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!.AsObject().Items("detail").Single();
        Assert.StartsWith(message, fault.Text("msg"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/datasets?limit=0", 422)]
    [InlineData("/api/v1/datasets/seven", 422)]
    [InlineData("/nowhere", 404)]
    [InlineData("/live", 200)]
    public async Task A_path_has_its_status(string path, int status) => Assert.Equal(status, (int)(await http.GetAsync(path)).StatusCode);

    [Fact]
    public async Task Requests_are_counted_by_route()
    {
        await http.GetAsync("/api/v1/datasets/77");

        Assert.Contains("http_requests_total{method=\"GET\",route=\"/api/v1/datasets/{dataset_id}\",status=\"404\"} 1\n", await http.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_it_drains_connections_are_closed_after_the_answer()
    {
        Assert.Null((await http.GetAsync("/live")).Headers.ConnectionClose);

        context.IsDraining = true;

        Assert.True((await http.GetAsync("/live")).Headers.ConnectionClose);
    }

    [Fact]
    public async Task Pages_of_other_sites_may_call_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/live") { Headers = { { "Origin", "http://site" } } };

        Assert.Equal(["*"], (await http.SendAsync(request)).Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task It_logs_as_the_real_server_does()
    {
        await bed.TerminateAsync();
        await run;

        Assert.Equal("INFO:     Started server process [1]", bed.Lines.First());
        Assert.Contains("INFO:     Application startup complete.", bed.Lines);
        Assert.Equal("INFO:     Finished server process [1]", bed.Lines.Last());
    }
}

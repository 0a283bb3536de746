using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Containers;
using Pipeline.Tests.Databases;

namespace Sandbox.Tests.Containers;

public sealed class DatabaseTests(TemporaryPostgres postgres) : IClassFixture<TemporaryPostgres>, IDisposable
{
    private readonly ProgramBed bed = new();

    public void Dispose() => bed.Dispose();

    [SkippableFact]
    public async Task The_revision_moves_up_and_down_in_the_database()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.RunAsync("postgres", "create database moves");

        Assert.Equal(0, await MoveAsync("moves", "upgrade", "head"));
        Assert.Contains("INFO Running upgrade 8b62d4e5f093 -> c7a41e88d356, add files", bed.Lines);
        Assert.Equal(0, await MoveAsync("moves", "downgrade", "-1"));
        Assert.Equal(0, await MoveAsync("moves", "current"));
        Assert.Equal("8b62d4e5f093", bed.Lines.Last());
        Assert.Equal(0, await MoveAsync("moves", "downgrade", "base"));
        bed.Lines.Clear();
        Assert.Equal(0, await MoveAsync("moves", "current"));
        Assert.Empty(bed.Lines);
    }

    [SkippableFact]
    public async Task A_database_that_the_image_does_not_know_is_refused()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.CreateProductAsync("ahead", "ffffffffffff");

        Assert.Equal(255, await MoveAsync("ahead", "upgrade", "head"));

        Assert.Equal("FAILED: Can't locate revision identified by 'ffffffffffff'", bed.Lines.Last());
    }

    [SkippableFact]
    public async Task The_api_keeps_datasets_in_the_database_and_shows_its_revision()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await postgres.RunAsync("postgres", "create database api");
        await postgres.RunAsync("api", """
            create table alembic_version (version_num varchar(32) primary key);
            insert into alembic_version values ('8b62d4e5f093');
            create table datasets (id bigint generated always as identity primary key, name varchar(200) not null unique, description varchar(2000), created_at timestamptz not null default now())
            """);
        var run = bed.RunAsync(new ApiProgram(), bed.Context(["python3", "-m", "app"], ("DATABASE_URL", postgres.AddressOf("api"))));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{await bed.Port.Task}") };

        var health = JsonNode.Parse(await http.GetStringAsync("/health"))!.AsObject();
        Assert.Equal(("up", "8b62d4e5f093", "dev"), (health.Text("database"), health.Text("schema_revision"), health.Text("version")));
        Assert.Equal(201, (int)(await http.PostAsJsonAsync("/api/v1/datasets", new { name = "one", description = "first" })).StatusCode);
        Assert.Equal(409, (int)(await http.PostAsJsonAsync("/api/v1/datasets", new { name = "one" })).StatusCode);
        Assert.Equal("first", JsonNode.Parse(await http.GetStringAsync("/api/v1/datasets/1"))!.AsObject().Text("description"));
        await bed.TerminateAsync();
        Assert.Equal(0, await run);
    }

    [Fact]
    public async Task A_database_that_is_away_is_degraded()
    {
        var run = bed.RunAsync(new ApiProgram(), bed.Context(["python3", "-m", "app"], ("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/none")));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{await bed.Port.Task}") };

        var health = await http.GetAsync("/health");

        Assert.Equal(503, (int)health.StatusCode);
        Assert.Equal("""{"status":"degraded","version":"dev","schema_revision":null,"database":"down"}""", await health.Content.ReadAsStringAsync());
        Assert.Equal(503, (int)(await http.GetAsync("/api/v1/datasets")).StatusCode);
        Assert.Equal(200, (int)(await http.GetAsync("/live")).StatusCode);
        await bed.TerminateAsync();
        await run;
    }

    private Task<int> MoveAsync(string database, params string[] command) =>
        new RevisionMover(bed.Context(["alembic", .. command], ("DATABASE_URL", postgres.AddressOf(database)))).RunAsync(CancellationToken.None);
}

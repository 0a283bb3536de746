using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Incidents;
using Pipeline.Releases;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;
using Pipeline.Tests.Verification;
using Pipeline.Verification;

namespace Pipeline.Tests.Incidents;

public sealed class IncidentStepTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackSite site = new();
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(Given.Moment);
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        await site.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options, time);
        run.Evidence = folder.Path;
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await site.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task An_undo_is_reported_from_the_record_in_both_forms()
    {
        site.Answers["/health"] = _ => (503, "no");
        run.Options = o => o with { Addresses = new VerificationOptions { ApiUrl = site.Address } };
        await FailAsync(undo: async _ => await time.UntilAsync(() => site.Requests.Count >= 3));
        await run.NextAsync();

        var release = await RecordedAsync(1);
        Assert.Equal(ReleaseOutcome.PutBack, release.Outcome);
        Assert.Equal("diagnosis-20260301T120000Z.zip", release.Incident!.Evidence);
        Assert.Equal(new PutBackResult("the pods of release 0"), release.Incident.PutBack.Single());
        Assert.True(release.Incident.Availability is { StillFails: true, AffectedSeconds: >= 2 });
        Assert.Contains("the pods crash", await ReadAsync(folder, "incident-1.md"), StringComparison.Ordinal);
        Assert.Contains("and still at the end", await ReadAsync(folder, "incident-1.html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_could_not_be_put_back_stands_in_the_report()
    {
        await FailAsync(undo: _ => throw new FailureException("the bucket is gone"));
        await run.NextAsync();

        Assert.Equal(new PutBackResult("the pods of release 0", "the bucket is gone"), (await RecordedAsync(1)).Incident!.PutBack.Single());
        Assert.Contains("not back", await ReadAsync(folder, "incident-1.html"), StringComparison.Ordinal);
        Assert.Contains("Not measured", await ReadAsync(folder, "incident-1.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_puts_nothing_back_has_no_incident()
    {
        await run.FailAsync(new StepOf("Deploy", async (context, stop) =>
        {
            await context.OpenReleaseAsync(stop);
            throw new FailureException("no");
        }));
        await run.NextAsync();

        Assert.Null((await RecordedAsync(1)).Incident);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task It_is_made_again_from_the_record_alone_word_for_word()
    {
        await FailAsync(undo: _ => Task.CompletedTask);
        await run.NextAsync();
        var first = (await ReadAsync(folder, "incident-1.md"), await ReadAsync(folder, "incident-1.html"));
        using var elsewhere = new TemporaryFolder();
        await run.RunAsync(new IncidentReportStep(elsewhere.Path, "1"));

        Assert.Equal(first, (await ReadAsync(elsewhere, "incident-1.md"), await ReadAsync(elsewhere, "incident-1.html")));
        Assert.Equal([$"changed      the incident report is in '{Path.Combine(elsewhere.Path, "incident-1.html")}'"], run.Summary);
    }

    [Fact]
    public async Task A_release_without_an_incident_is_refused_with_those_that_there_are()
    {
        await FailAsync(undo: _ => Task.CompletedTask);
        await run.NextAsync();

        var unknown = await run.FailAsync(new IncidentReportStep(folder.Path, "5"));
        Assert.Equal(ExitCode.Refused, unknown.ExitCode);
        Assert.Equal("--incident-release: release 5 was neither put back nor rolled back from, or is not kept. Incidents are: 1 (1.4.2).", unknown.Message);
        await run.NextAsync();
        Assert.Equal(ExitCode.Usage, (await run.FailAsync(new IncidentReportStep(folder.Path, "x"))).ExitCode);
    }

    [Fact]
    public async Task What_the_record_keeps_of_it_is_bounded()
    {
        await run.FailAsync(new StepOf("Deploy", async (context, stop) =>
        {
            await context.OpenReleaseAsync(stop);
            for (var i = 0; i < 500; i++)
                context.OnFailure($"thing {i} {new string('x', 5000)}", _ => Task.CompletedTask);
            throw new FailureException("no");
        }));
        await run.NextAsync();

        Assert.InRange(System.Text.Json.JsonSerializer.Serialize((await RecordedAsync(1)).Incident).Length, 1000, 64 * 1024);
    }

    private Task<FailureException> FailAsync(Func<CancellationToken, Task> undo) => run.FailAsync(new StepOf("Deploy", async (context, stop) =>
    {
        await context.OpenReleaseAsync(stop);
        context.OnFailure("the pods of release 0", undo);
        throw new FailureException("the pods crash");
    }));

    private async Task<Release> RecordedAsync(int number)
    {
        using var connection = ClusterConnection.Open(cluster.Options);
        return (await new RecordStore(connection).ReadAsync(default)).Find(number)!;
    }

    private static Task<string> ReadAsync(TemporaryFolder from, string file) => File.ReadAllTextAsync(Path.Combine(from.Path, file));
}

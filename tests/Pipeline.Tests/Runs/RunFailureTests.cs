using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Runs;

public sealed class RunFailureTests : IAsyncLifetime
{
    private readonly LoopbackCluster cluster = new();
    private StepRun run = null!;

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options);
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_wrong_setting_is_2_and_the_release_is_not_begun()
    {
        await run.FailAsync(new StepOf(_ => throw new UsageException("--image-repository: missing")));

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Equal(["", "Result: not started, a setting is wrong · test: context loopback, namespace product"], await run.Session.CloseAsync(2));
        Assert.Empty(cluster.Requests);
    }

    [Fact]
    public async Task A_failure_that_quotes_a_programs_password_is_told_and_recorded_without_it()
    {
        var error = await run.FailAsync(new StepOf(async context =>
        {
            await context.OpenReleaseAsync(default);
            throw new FailureException("It ended:\n  log  redis password=s3cr3t\n  log  {\"db_password\":\"hunter2hunter2\"}");
        }));
        await run.NextAsync();

        Assert.Equal("It ended:\n  log  redis password=***\n  log  {\"db_password\":\"***\"}", error.Message);
        using var connection = ClusterConnection.Open(cluster.Options);
        Assert.Equal(error.Message, (await new RecordStore(connection).ReadAsync(default)).Latest!.Steps.Single().Error);
    }
}

using Pipeline.Preflight;
using Pipeline.Settings;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Preflight;

public sealed class RedisCheckTests
{
    [Fact]
    public async Task No_endpoints_are_not_checked()
    {
        var finding = await LookAsync(null);

        Assert.Equal((FindingState.NotChecked, "PIPELINE_REDIS_ENDPOINTS is not given"), (finding.State, finding.Found));
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_fails_without_its_password()
    {
        // Port 1 of the loopback answers nobody.
        var error = await Assert.ThrowsAsync<Errors.FailureException>(() => LookAsync("127.0.0.1:1,password=s3cret,connectRetry=1"));

        Assert.StartsWith("the Redis cluster does not answer: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(null, FindingState.Passed)]
    [InlineData("1Gi", FindingState.Passed)]
    [InlineData("900Ti", FindingState.Failed)]
    public async Task A_cluster_that_serves_every_slot_passes_where_it_has_the_memory_that_is_expected(string? memory, FindingState expected)
    {
        Skip.IfNot(Environment.GetEnvironmentVariable("TESTBED") == "1", "needs the test bed: TESTBED=1");
        var finding = await LookAsync(Environment.GetEnvironmentVariable("TESTBED_REDIS"), memory);

        Assert.Equal(expected, finding.State);
        Assert.StartsWith("state ok, 16384 of 16384 slots, 6 nodes", finding.Found, StringComparison.Ordinal);
    }

    private static async Task<Finding> LookAsync(string? endpoints, string? memory = null)
    {
        await using var run = await StepRun.StartAsync(new Pipeline.Cluster.ClusterOptions { KubeContext = "none", KubeNamespace = "none" });
        Finding? finding = null;
        var check = new RedisCheck(Secret.From(endpoints), memory is null ? null : new ComponentResources("2", memory, "20Gi"));
        await run.RunAsync(new StepOf(async context => finding = await check.LookAsync(context, default)));
        return finding!;
    }
}

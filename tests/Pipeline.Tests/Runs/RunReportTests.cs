using Pipeline.Tests.Preflight;
using Pipeline.Verification;

namespace Pipeline.Tests.Runs;

public sealed class RunReportTests : StepTests
{
    [Fact]
    public async Task Only_a_release_after_another_good_one_says_how_to_go_back()
    {
        var releasing = new StepOf(async c =>
        {
            await c.OpenReleaseAsync(default);
            await c.Ledger.UpdateAsync(r => r with { Verification = new VerificationResult([]) }, default);
            c.Summary.Changed("the pages");
        });
        await Run.RunAsync(releasing);
        Assert.Equal(
            ["", "  changed      the pages", "Result: done, release 1 (1.4.2) · test: context loopback, namespace product"],
            await Run.Session.CloseAsync(0));

        await Run.NextAsync();
        Run.Settings = o => o with { ReleaseVersion = "1.5.0" };
        await Run.RunAsync(releasing);
        Assert.Equal(
            ["", "  changed      the pages", "  to go back   ./build.sh Rollback --profile test", "Result: done, release 2 (1.5.0) · test: context loopback, namespace product"],
            await Run.Session.CloseAsync(0));
    }
}

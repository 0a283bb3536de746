using Nuke.Common;
using Nuke.Common.Execution;

namespace StandIns.Tests.Nuke.Execution;

public sealed class PlanTests
{
    [Theory]
    [InlineData("PushImage", "BuildImage → PushImage")]
    [InlineData("pushimage", "BuildImage → PushImage")]
    [InlineData("Verify", "Verify")]
    [InlineData("Rollback", "Rollback")]
    [InlineData("Rollback Verify", "Verify → Rollback")]
    [InlineData("PushImage Preflight", "Preflight → BuildImage → PushImage")]
    [InlineData("SyncFrontend", "SyncFrontend → Invalidate")]
    [InlineData("Deploy", "Preflight → BuildImage → PushImage → Deploy → SyncFrontend → Invalidate → Verify")]
    public void A_target_brings_what_it_needs_before_it_and_what_it_triggers_after_it(string asked, string running) =>
        Assert.Equal(running, Running(Planned(asked)));

    [Theory]
    [InlineData("", "Deploy", "Preflight, BuildImage, PushImage, SyncFrontend, Invalidate, Verify")]
    [InlineData("Preflight", "BuildImage → PushImage → Deploy → SyncFrontend → Invalidate → Verify", "Preflight")]
    [InlineData("PushImage", "Preflight → Deploy → SyncFrontend → Invalidate → Verify", "BuildImage, PushImage")]
    [InlineData("Verify", "Preflight → BuildImage → PushImage → Deploy → SyncFrontend → Invalidate", "Verify")]
    [InlineData("SyncFrontend", "Preflight → BuildImage → PushImage → Deploy → Verify", "SyncFrontend, Invalidate")]
    public void A_skipped_target_takes_with_it_what_only_it_needs_or_triggers(string skips, string running, string skipped)
    {
        var plan = Planned("Deploy", skips);

        Assert.Equal(running, Running(plan));
        Assert.Equal(skipped, string.Join(", ", plan.Skipped));
    }

    [Fact]
    public void A_flat_trigger_of_the_same_target_outlives_a_skipped_link()
    {
        var plan = Plan.Of(TargetGraph.Of(new FlatTriggers()), ["Deploy"], ["SyncFrontend"]);

        Assert.Equal("Deploy → Invalidate", Running(plan));
        Assert.Equal("SyncFrontend", string.Join(", ", plan.Skipped));
    }

    [Fact]
    public void What_was_asked_for_stays_when_what_needs_it_is_skipped() =>
        Assert.Equal("Preflight → BuildImage → Deploy → SyncFrontend → Invalidate → Verify", Running(Planned("Deploy BuildImage", "PushImage")));

    [Theory]
    [InlineData("Deploy BuildImage", "PushImage", "Preflight, BuildImage")]
    [InlineData("Deploy Preflight BuildImage", "", "Preflight, BuildImage")]
    [InlineData("Deploy", "PushImage", "Preflight")]
    public void What_waits_for_a_skipped_target_waits_for_what_that_waited_for(string asked, string skips, string before)
    {
        var targets = Planned(asked, skips).Targets;

        Assert.Equal(before, string.Join(", ", Order.Before(targets.ToHashSet())[targets.First(t => t.Name == "Deploy")].OrderBy(t => t.Position)));
    }

    [Fact]
    public void Skipping_what_is_asked_for_is_refused() =>
        Assert.Equal(["'Deploy' is asked for and skipped at once."], Refused("Deploy", "deploy"));

    [Fact]
    public void Skipping_what_would_not_run_is_refused_with_the_plan() =>
        Assert.Equal(["--skip: 'Verify' would not run anyway. The plan is: BuildImage → PushImage."], Refused("PushImage", "Verify"));

    [Fact]
    public void Unknown_names_are_refused_all_at_once_with_a_guess() =>
        Assert.Equal(
            [
                "There is no target 'Deply'. Did you mean 'Deploy'? Targets: " + Listed,
                "There is no target 'Smoketest'. Targets: " + Listed,
                "There is no target 'verfy'. Did you mean 'Verify'? Targets: " + Listed,
            ],
            Refused("Deply Smoketest", "verfy"));

    private static string Listed { get; } =
        string.Join(", ", TargetGraph.Of(new ReleaseBuild()).Targets.Where(t => t.Name != "Secret").Select(t => t.Name)) + ".";

    private static Plan Planned(string asked, string? skips = null) =>
        Plan.Of(TargetGraph.Of(new ReleaseBuild()), asked.Split(' '), skips?.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static IReadOnlyList<string> Refused(string asked, string skips) => Assert.Throws<UsageFault>(() => Planned(asked, skips)).Sentences;

    private static string Running(Plan plan) => string.Join(" → ", plan.Targets);

    private sealed class FlatTriggers : TracedBuild
    {
        public Target Deploy => _ => _.Triggers(SyncFrontend, Invalidate).Executes(() => Trace());

        public Target SyncFrontend => _ => _.Triggers(Invalidate).Executes(() => Trace());

        public Target Invalidate => _ => _.Executes(() => Trace());
    }
}

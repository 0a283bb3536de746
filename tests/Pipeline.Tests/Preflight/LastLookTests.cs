using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Preflight;
using Pipeline.Rollouts;
using Pipeline.Runs;
using Pipeline.Settings;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Preflight;

public sealed class LastLookTests : StepTests
{
    [Fact]
    public async Task What_it_found_is_recorded_beside_the_first_phase()
    {
        await Run.RunAsync(Look(Finding(FindingState.Warned), accepted: false));

        Assert.Equal(new Finding("image", FindingState.Warned, "seen"), Assert.Single(Run.Release.LastLook!.Findings));
        Assert.Null(Run.Release.Preflight);
    }

    [Fact]
    public async Task A_failed_check_refuses_and_is_recorded_all_the_same()
    {
        var error = await Run.FailAsync(Look(Finding(FindingState.Failed), accepted: false));

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal($"Preflight, second phase: 1 of 1 checks failed. Nothing was changed.{Environment.NewLine}  image: seen", error.Message);
        Assert.False(Run.Release.LastLook!.Passed);
    }

    [Fact]
    public async Task A_person_who_accepted_to_go_on_without_preflight_is_shown_what_failed_and_goes_on()
    {
        await Run.RunAsync(Look(Finding(FindingState.Failed), accepted: true));

        Assert.Contains("I image  FAILED       seen", Run.Log);
    }

    [Fact]
    public async Task A_check_that_was_left_out_of_the_first_phase_is_left_out_here_too()
    {
        var options = Options with { Skipped = new SkippedChecks { PreflightSkip = "image", Reason = "the registry is down" } };
        await Run.RunAsync(Look(new LastLook(options, _ => [new Found(FindingState.Failed)]), accepted: false));

        Assert.Equal(FindingState.NotChecked, Run.Release.LastLook!.Findings[0].State);
        Assert.EndsWith(": the registry is down", Assert.Single(Run.Release.Accepted), StringComparison.Ordinal);
    }

    /// <summary>A look that always finds the same.</summary>
    internal static LastLook Finding(FindingState state) => new(Options, _ => [new Found(state)]);

    private static LastLookOptions Options => new()
    {
        Image = new ImageOptions { RegistryUrl = "registry.example.com/team", ImageContext = AppContext.BaseDirectory },
        Manifests = new ManifestOptions { ManifestFolder = AppContext.BaseDirectory, ImageRepository = "team/api" },
        Database = new DatabaseOptions { DatabaseUrl = new Secret("postgresql://u:p@127.0.0.1:1/d"), DatabaseName = "d", DatabaseSystemIdentifier = "1" },
        Frontend = new FrontendOptions { FrontendSource = AppContext.BaseDirectory, FrontendBucket = "site", ApiUrl = "https://api.example.com", Storage = new() },
    };

    private static StepOf Look(LastLook look, bool accepted) => new("Migrate", async (context, cancellation) =>
    {
        await context.OpenReleaseAsync(cancellation);
        await look.EnsureAsync(context, accepted, cancellation);
    });

    private sealed class Found(FindingState state) : IPreflightCheck
    {
        public string Name => "image";

        public Task<Finding> LookAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(new Finding(Name, state, "seen"));
    }
}

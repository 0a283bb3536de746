using Build.Tests.Running;
using Pipeline.Build;

namespace Build.Tests.CommandLine;

public sealed class EnvironmentChoiceTests : IDisposable
{
    private const string Chosen = "Needed by";
    private readonly RealProgram checkout = new();

    [SkippableTheory]
    [InlineData("Deploy")]
    [InlineData("Rollback")]
    [InlineData("Unlock")]
    public async Task A_change_needs_its_environment_named_as_soon_as_one_is_configured(string target) =>
        (await checkout.WithProfile("production").WithProfile("staging").BuildAsync(target)).Refuses(
            $"{target} changes an environment, and none was chosen: pass --profile NAME or set PIPELINE_PROFILE. There are: production, staging, and sandbox, which is this machine's own.");

    [SkippableFact]
    public async Task Deploy_is_what_no_target_means() =>
        Assert.StartsWith("Error: Deploy changes an environment, and none was chosen", (await checkout.WithProfile("production").BuildAsync()).Ended(2).Errors, StringComparison.Ordinal);

    [SkippableTheory]
    [InlineData("GITHUB_ACTIONS")]
    [InlineData("TF_BUILD")]
    [InlineData("CI")]
    public async Task On_a_CI_host_a_change_always_needs_its_environment_named(string variable) =>
        (await checkout.BuildWithAsync(variable, "true", "Deploy")).Refuses(
            "Deploy changes an environment, and none was chosen: pass --profile NAME or set PIPELINE_PROFILE. There is only sandbox, which is this machine's own; ./build.sh Init makes another one.");

    [SkippableFact]
    public async Task A_flag_or_a_variable_chooses()
    {
        checkout.WithProfile("production");

        Assert.Contains(Chosen, (await checkout.BuildAsync("Deploy", "--profile", "production")).Ended(2).Errors, StringComparison.Ordinal);
        Assert.Contains(Chosen, (await checkout.BuildWithAsync("PIPELINE_PROFILE", "production", "Deploy")).Ended(2).Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_changes_nothing_needs_no_choice()
    {
        checkout.WithProfile("production");

        Assert.Contains(Chosen, (await checkout.BuildWithAsync("CI", "true", "Status")).Ended(2).Errors, StringComparison.Ordinal);
        (await checkout.BuildWithAsync("CI", "true", "Deploy", "--plan")).Ended(0);
        (await checkout.BuildWithAsync("CI", "true", "Clean")).Ended(0);
    }

    [SkippableFact]
    public async Task A_mistyped_flag_is_explained_before_the_choice_it_was_meant_to_make() =>
        (await checkout.WithProfile("production").BuildAsync("Deploy", "--profil", "production")).Refuses("There is no flag '--profil'. Did you mean '--profile'? ./build.sh --help lists all.");

    [Fact]
    public void A_target_changes_its_environment_unless_it_is_known_to_be_harmless() =>
        Assert.Equal(["Backup", "Deploy", "Invalidate", "Migrate", "PushImage", "Rollback", "SyncFrontend", "Unlock"], TheBuild.Targets.Except(Request.Harmless));

    public void Dispose() => checkout.Dispose();
}

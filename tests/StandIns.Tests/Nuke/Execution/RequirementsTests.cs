using StandIns.Tests.Nuke.Parameters;

namespace StandIns.Tests.Nuke.Execution;

[Collection(ProcessWide.Name)]
public sealed class RequirementsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SettingsBuild build = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Everything_that_is_missing_is_said_at_once_each_thing_once_by_its_flag()
    {
        var run = await BuildRun.OfAsync(build, folder, "Mark");

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(build.Ran);
        Assert.Equal(
            [
                "Error: --registry-url has no value (The registry: host, port and path). Give the flag, PIPELINE_REGISTRY_URL, or 'RegistryUrl' in the profile's file. Needed by Push, Mark.",
                "Error: --registry-password has no value (The account's password). Set PIPELINE_REGISTRY_PASSWORD. Needed by Push.",
                "Error: --release-labels has no value (What it is marked with). Give the flag, PIPELINE_RELEASE_LABELS, or 'ReleaseLabels' in the profile's file. Needed by Mark.",
            ],
            run.Sentences);
    }

    [Fact]
    public async Task Environments_that_exist_are_offered_when_none_was_chosen()
    {
        folder.Write(".nuke/parameters.staging.json", "{}");
        folder.Write(".nuke/parameters.production.json", "{}");

        var run = await BuildRun.OfAsync(build, folder, "Push", ("PIPELINE_REGISTRY_PASSWORD", "hunter2"));

        Assert.Equal("Error: No environment was chosen: pass --profile NAME or set PIPELINE_PROFILE. There are: production, staging.", run.Sentences[^1]);
        Assert.Equal(2, run.Sentences.Length);
    }

    [Fact]
    public async Task An_empty_value_is_said_once_beside_what_else_is_missing()
    {
        var run = await BuildRun.OfAsync(build, folder, ["Push", "--registry-url", ""], []);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(build.Ran);
        Assert.Equal(
            [
                "Error: --registry-url: the value is empty. Leave the flag out, or give it a value.",
                "Error: --registry-password has no value (The account's password). Set PIPELINE_REGISTRY_PASSWORD. Needed by Push.",
            ],
            run.Sentences);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"  \"")]
    public async Task An_empty_value_in_a_file_or_a_variable_is_no_value(string text)
    {
        folder.Write(".nuke/parameters.test.json", $$"""{ "RegistryUrl": {{text}} }""");

        var run = await BuildRun.OfAsync(build, folder, "Push --profile test", ("PIPELINE_REGISTRY_PASSWORD", " "));

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["--registry-url has no value", "--registry-password has no value"], run.Sentences.Select(s => s["Error: ".Length..s.IndexOf(" (", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task What_a_skipped_target_requires_is_not_required()
    {
        var run = await BuildRun.OfAsync(build, folder, "Mark --skip Push --registry-url r --release-labels a");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["Mark"], build.Ran);
    }

    [Fact]
    public async Task A_condition_that_does_not_hold_is_said_by_its_flags()
    {
        var refused = await BuildRun.OfAsync(build, folder, "Tag");
        var run = await BuildRun.OfAsync(build, folder, "Tag --release-dirty");

        Assert.Equal(2, refused.ExitCode);
        Assert.Equal(["Error: One of --release-dirty, --release-tag must be given. Needed by Tag."], refused.Sentences);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task What_is_given_is_enough()
    {
        var run = await BuildRun.OfAsync(build, folder, "Push --registry-url r", ("PIPELINE_REGISTRY_PASSWORD", "hunter2"));

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["Push"], build.Ran);
    }
}

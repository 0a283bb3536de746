namespace StandIns.Tests.Nuke.Parameters;

[Collection(ProcessWide.Name)]
public sealed class ParameterValuesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SettingsBuild build = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_command_line_comes_before_the_variable_and_the_variable_before_the_profile()
    {
        folder.Write(".nuke/parameters.test.json", """{ "RegistryUrl": "file", "ReleaseTag": "file" }""");

        await BuildRun.OfAsync(build, folder, "Show --profile test");
        Assert.Equal("file||file||False|", build.Seen);

        await BuildRun.OfAsync(build, folder, "Show --profile test", ("PIPELINE_REGISTRY_URL", "variable"), ("PIPELINE_RELEASE_TAG", "variable"));
        Assert.Equal("variable||variable||False|", build.Seen);

        await BuildRun.OfAsync(build, folder, "Show --profile test --registry-url typed", ("PIPELINE_REGISTRY_URL", "variable"), ("PIPELINE_RELEASE_TAG", "variable"));
        Assert.Equal("typed||variable||False|", build.Seen);
    }

    [Fact]
    public async Task Variables_without_the_prefix_are_not_read()
    {
        await BuildRun.OfAsync(
            build, folder, "Show",
            ("TAG", "stray"), ("RELEASE_TAG", "stray"), ("ReleaseTag", "stray"), ("REGISTRY_URL", "stray"), ("RegistryUrl", "stray"), ("NUKE_REGISTRY_URL", "stray"), ("REGISTRY_PASSWORD", "stray"));

        Assert.Equal("||||False|", build.Seen);
    }

    [Fact]
    public async Task A_variable_that_is_set_to_nothing_was_not_given()
    {
        folder.Write(".nuke/parameters.test.json", """{ "RegistryUrl": "file" }""");

        await BuildRun.OfAsync(build, folder, "Show --profile test", ("PIPELINE_REGISTRY_URL", ""));

        Assert.Equal("file||||False|", build.Seen);
    }

    [Theory]
    [InlineData("--registry-url=typed", "typed||||False|")]
    [InlineData("--registry-url=a=b", "a=b||||False|")]
    [InlineData("--registry-url typed", "typed||||False|")]
    [InlineData("--release-dirty", "||||True|")]
    [InlineData("--release-dirty true", "||||True|")]
    [InlineData("--release-dirty=true", "||||True|")]
    [InlineData("--release-dirty=false", "||||False|")]
    [InlineData("--release-labels a b --release-tag 1", "||1|a,b|False|")]
    [InlineData("--release-labels a --release-labels b", "|||a,b|False|")]
    [InlineData("--release-notes /srv/notes/../n.md", "||||False|/srv/n.md")]
    public async Task A_flag_gives_the_value_in_the_type_of_its_parameter(string arguments, string seen)
    {
        var run = await BuildRun.OfAsync(build, folder, "Show " + arguments);

        Assert.Empty(run.Errors);
        Assert.Equal(seen, build.Seen);
    }

    [Fact]
    public async Task A_switch_before_a_target_leaves_the_target_alone()
    {
        await BuildRun.OfAsync(build, folder, "--release-dirty Show");

        Assert.Equal("||||True|", build.Seen);
    }

    [Fact]
    public async Task A_switch_that_the_command_line_turns_off_is_off_whatever_the_variable_says()
    {
        await BuildRun.OfAsync(build, folder, "Show --release-dirty=false", ("PIPELINE_RELEASE_DIRTY", "true"));

        Assert.Equal("||||False|", build.Seen);
    }

    [Theory]
    [InlineData("Show", "yes")]
    [InlineData("Show --release-dirty=yes", "true")]
    public async Task A_switch_that_is_neither_true_nor_false_is_refused(string arguments, string variable)
    {
        var run = await BuildRun.OfAsync(build, folder, arguments, ("PIPELINE_RELEASE_DIRTY", variable));

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["Error: --release-dirty: 'yes' is neither true nor false."], run.Sentences);
    }

    [Fact]
    public async Task A_value_that_is_typed_empty_is_refused()
    {
        var run = await BuildRun.OfAsync(build, folder, ["Show", "--registry-url", ""], [], ("PIPELINE_REGISTRY_URL", "variable"));

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["Error: --registry-url: the value is empty. Leave the flag out, or give it a value."], run.Sentences);
        Assert.Empty(build.Ran);
    }
}

namespace StandIns.Tests.Nuke.Parameters;

[Collection(ProcessWide.Name)]
public sealed class ProfileFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SettingsBuild build = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_profile_never_inherits_from_the_file_without_a_profile()
    {
        folder.Write(".nuke/parameters.json", """{ "RegistryUrl": "everywhere" }""");
        folder.Write(".nuke/parameters.production.json", """{ "ReleaseTag": "1.0" }""");

        await BuildRun.OfAsync(build, folder, "Show --profile production");
        Assert.Equal("||1.0||False|", build.Seen);

        await BuildRun.OfAsync(build, folder, "Show");
        Assert.Equal("everywhere||||False|", build.Seen);
    }

    [Theory]
    [InlineData("", "NUKE_PROFILE")]
    [InlineData("", "PIPELINE_PROFILE")]
    [InlineData("--profile production", "PIPELINE_PROFILE=staging")]
    [InlineData("--profile=production", "NUKE_PROFILE=staging")]
    public async Task The_profile_comes_from_the_flag_else_from_a_variable(string arguments, string variable)
    {
        folder.Write(".nuke/parameters.production.json", """{ "ReleaseTag": "1.0" }""");
        folder.Write(".nuke/parameters.staging.json", """{ "ReleaseTag": "2.0" }""");

        await BuildRun.OfAsync(build, folder, "Show " + arguments, (variable.Split('=')[0], variable.Contains('=', StringComparison.Ordinal) ? variable.Split('=')[1] : "production"));

        Assert.Equal("||1.0||False|", build.Seen);
    }

    [Fact]
    public async Task Texts_switches_numbers_lists_comments_and_trailing_commas_are_read()
    {
        folder.Write(".nuke/parameters.test.json", """
            {
              "$schema": "build.schema.json",
              // Whose registry it is.
              "RegistryUrl": "r",
              "ReleaseTag": 1.10,
              "ReleaseDirty": true,
              "ReleaseLabels": ["a", "b"],
            }
            """);

        var run = await BuildRun.OfAsync(build, folder, "Show --profile test");

        Assert.Empty(run.Errors);
        Assert.Equal("r||1.10|a,b|True|", build.Seen);
    }

    [Fact]
    public async Task A_missing_profile_is_refused_with_those_that_exist()
    {
        folder.Write(".nuke/parameters.production.json", "{}");
        folder.Write(".nuke/parameters.staging.json", "{}");

        var run = await BuildRun.OfAsync(build, folder, "Show --profile prodution");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            [$"Error: --profile: there is no 'prodution' ('{folder.Path}/.nuke/parameters.prodution.json' does not exist). Did you mean 'production'? There are: production, staging."],
            run.Sentences);
    }

    [Fact]
    public async Task Every_fault_of_a_file_is_said_at_once_with_file_and_key()
    {
        var file = folder.Write(".nuke/parameters.test.json", """{ "RegistryUrI": "r", "Smurf": "s", "RegistryPassword": "hunter2", "ReleaseTag": { "Major": 1 }, "ReleaseLabels": [1], "ReleaseNotes": ["/a", "/b"], "ReleaseDirty": null }""");

        var run = await BuildRun.OfAsync(build, folder, "Show --profile test");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            [
                $"Error: '{file}': there is no setting 'RegistryUrI'. Did you mean 'RegistryUrl'?",
                $"Error: '{file}': there is no setting 'Smurf'.",
                $"Error: '{file}': 'RegistryPassword' is a secret and must not stand in a file. Give it as PIPELINE_REGISTRY_PASSWORD.",
                $"Error: '{file}': 'ReleaseTag' must be a text.",
                $"Error: '{file}': 'ReleaseLabels' must be a list of texts.",
                $"Error: '{file}': 'ReleaseNotes' must be a text.",
                $"Error: '{file}': 'ReleaseDirty' must be true or false.",
            ],
            run.Sentences);
        Assert.Empty(build.Ran);
    }

    [Fact]
    public async Task A_malformed_file_is_named_with_the_line()
    {
        var file = folder.Write(".nuke/parameters.test.json", "{\n  \"RegistryUrl\": \"r\"\n  \"ReleaseTag\": \"1\"\n}");

        var run = await BuildRun.OfAsync(build, folder, "Show --profile test");

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"Error: '{file}' is not valid JSON, line 3, column 3: ", Assert.Single(run.Sentences), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_stands_twice_is_refused()
    {
        var file = folder.Write(".nuke/parameters.test.json", """{ "RegistryUrl": "one", "RegistryUrl": "other" }""");

        var run = await BuildRun.OfAsync(build, folder, "Show --profile test");

        Assert.Equal(2, run.ExitCode);
        Assert.Matches($"^Error: '{file}' .*'?RegistryUrl'?", Assert.Single(run.Sentences));
    }

    [Fact]
    public async Task A_file_that_holds_no_object_is_refused()
    {
        var file = folder.Write(".nuke/parameters.test.json", "[]");

        var run = await BuildRun.OfAsync(build, folder, "Show --profile test");

        Assert.Equal([$"Error: '{file}' holds no JSON object."], run.Sentences);
    }
}

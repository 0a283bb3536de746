using Pipeline.Errors;
using Pipeline.Frontend;
using Pipeline.ObjectStore;
using Pipeline.Tests.Images;
using Serilog.Core;

namespace Pipeline.Tests.Frontend;

/// <summary>What the tests do to the process's PATH must meet no other test.</summary>
[CollectionDefinition(nameof(NpmBuildTests), DisableParallelization = true)]
public sealed class NpmBuildAlone;

[Collection(nameof(NpmBuildTests))]
public sealed class NpmBuildTests : IDisposable
{
    private readonly TemporaryFolder web = new();
    private readonly TemporaryFolder programs = new();
    private readonly string? path = Environment.GetEnvironmentVariable("PATH");

    public NpmBuildTests()
    {
        web.Write("package.json", "{}");
        web.Write("package-lock.json", "{}");
        web.Write("src/index.ts", "one");
        programs.Write("npm", """
            #!/bin/sh
            echo "$@" >> "$(dirname "$0")/calls"
            [ "$1" = ci ] && rm -rf node_modules && mkdir node_modules
            [ "$1" = run ] && mkdir -p build && cp src/index.ts build/index.html
            [ -f failing ] && echo "TS2304: Cannot find name" >&2 && for n in $(seq 1 30); do echo "line $n"; done && exit 2
            exit 0
            """, executable: true);
        Environment.SetEnvironmentVariable("PATH", $"{programs.Path}{Path.PathSeparator}{path}");
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", path);
        web.Dispose();
        programs.Dispose();
    }

    [SkippableFact]
    public async Task Packages_are_installed_once_and_again_when_the_lock_changes()
    {
        SkipOnWindows();
        await Npm.InstallAsync(default);
        await Npm.InstallAsync(default);
        Assert.Equal(["ci --no-audit --no-fund"], Calls);

        web.Write("package-lock.json", "{\"other\":1}");
        await Npm.InstallAsync(default);
        Assert.Equal(2, Calls.Length);
    }

    [SkippableFact]
    public async Task An_install_that_broke_off_is_done_again()
    {
        SkipOnWindows();
        web.Write("failing", "");
        await Assert.ThrowsAsync<FailureException>(() => Npm.InstallAsync(default));
        File.Delete(Path.Combine(web.Path, "failing"));
        await Npm.InstallAsync(default);

        Assert.Equal(2, Calls.Length);
    }

    [SkippableTheory]
    [InlineData("src/index.ts")]
    [InlineData("src/new.ts")]
    [InlineData("vite.config.js")]
    [InlineData(".env.local")]
    [InlineData("build/index.html")]
    public async Task The_site_is_built_again_when_a_source_or_the_result_changed(string changed)
    {
        SkipOnWindows();
        await Npm.InstallAsync(default);
        Assert.True(await Npm.BuildAsync(default));
        Assert.False(await Npm.BuildAsync(default));

        web.Write(changed, "other");
        Assert.True(await Npm.BuildAsync(default));
        Assert.False(await Npm.BuildAsync(default));
    }

    [SkippableFact]
    public async Task A_build_that_fails_shows_its_last_lines()
    {
        SkipOnWindows();
        web.Write("failing", "");

        var error = await Assert.ThrowsAsync<FailureException>(() => Npm.BuildAsync(default));

        Assert.StartsWith($"'npm run build' failed in '{web.Path}' with exit code 2:", error.Message, StringComparison.Ordinal);
        Assert.Contains("\n  TS2304: Cannot find name", error.Message, StringComparison.Ordinal);
        Assert.Contains("\n  line 30", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("line 9\n", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_build_that_leaves_no_first_page_is_a_failure()
    {
        SkipOnWindows();
        programs.Write("npm", "#!/bin/sh\nexit 0\n", executable: true);

        var error = await Assert.ThrowsAsync<FailureException>(() => Npm.BuildAsync(default));

        Assert.Equal($"'npm run build' ended well, but '{Path.Combine(web.Path, "build")}' holds no index.html. The site's build must write into 'build'.", error.Message);
    }

    [Fact]
    public async Task A_missing_npm_is_one_sentence()
    {
        Environment.SetEnvironmentVariable("PATH", "");

        var error = await Assert.ThrowsAsync<UsageException>(() => Npm.InstallAsync(default));

        Assert.Equal("'npm' was not found; the site is built with it. Install Node.js 20 or newer (https://nodejs.org).", error.Message);
    }

    private string[] Calls => File.ReadAllLines(Path.Combine(programs.Path, "calls"));

    private NpmBuild Npm => new(new FrontendOptions { FrontendSource = web.Path, Storage = new ObjectStoreOptions() }, Logger.None);

    private static void SkipOnWindows() => Skip.If(OperatingSystem.IsWindows(), "the npm of these tests is a shell script");
}

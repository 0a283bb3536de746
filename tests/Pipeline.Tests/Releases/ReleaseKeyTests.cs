using Pipeline.Releases;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Releases;

public sealed class ReleaseKeyTests : IDisposable
{
    private readonly TemporaryFolder here = new();
    private readonly TemporaryFolder there = new();

    public ReleaseKeyTests()
    {
        foreach (var clone in (TemporaryFolder[])[here, there])
        {
            clone.Write("k8s/deployment.yaml", "kind: Deployment");
            clone.Write("web/src/main.ts", "show()");
        }
    }

    public void Dispose()
    {
        here.Dispose();
        there.Dispose();
    }

    [Fact]
    public async Task It_names_environment_version_commit_and_content() =>
        Assert.Matches("^test/1.4.2/c0ffeec0ffee/[0-9a-f]{12}$", await KeyAsync(here));

    [Fact]
    public async Task Two_clones_in_different_folders_have_the_same_key() =>
        Assert.Equal(await KeyAsync(here), await KeyAsync(there));

    [Fact]
    public async Task The_order_of_the_inputs_does_not_count() =>
        Assert.Equal(await KeyAsync(here), await ReleaseKey.OfAsync("test", Source(), Inputs(here).Reverse().ToList(), default));

    [Theory]
    [InlineData("k8s/deployment.yaml", "kind: StatefulSet")]
    [InlineData("web/src/added.ts", "")]
    public async Task Changed_content_changes_it(string path, string content)
    {
        there.Write(path, content);

        Assert.NotEqual(await KeyAsync(here), await KeyAsync(there));
    }

    [Fact]
    public async Task A_file_that_moved_changes_it()
    {
        File.Move(Path.Combine(there.Path, "web/src/main.ts"), Path.Combine(there.Path, "web/src/start.ts"));

        Assert.NotEqual(await KeyAsync(here), await KeyAsync(there));
    }

    [Theory]
    [InlineData("production", "1.4.2", 'c')]
    [InlineData("test", "1.4.3", 'c')]
    [InlineData("test", "1.4.2", 'd')]
    public async Task Environment_version_and_commit_change_it(string environment, string version, char commit) =>
        Assert.NotEqual(await KeyAsync(here), await ReleaseKey.OfAsync(environment, new Source(version, new string(commit, 40), false), Inputs(here), default));

    [Theory]
    [InlineData("web/node_modules/left-pad/index.js")]
    [InlineData("web/build/index.html")]
    [InlineData("web/.vite/deps.json")]
    [InlineData("web/src/__pycache__/main.pyc")]
    [InlineData("web/src/main.pyc")]
    public async Task What_a_build_leaves_behind_does_not_change_it(string path)
    {
        there.Write(path, "left behind");

        Assert.Equal(await KeyAsync(here), await KeyAsync(there));
    }

    [Fact]
    public async Task An_input_that_is_not_there_is_no_content() =>
        Assert.Equal(
            await ReleaseKey.OfAsync("test", Source(), Inputs(here), default),
            await ReleaseKey.OfAsync("test", Source(), [.. Inputs(here), Path.Combine(here.Path, "nothing")], default));

    private static Source Source() => new("1.4.2", string.Concat(Enumerable.Repeat("c0ffee", 7))[..40], false);

    private static string[] Inputs(TemporaryFolder clone) => [Path.Combine(clone.Path, "k8s"), Path.Combine(clone.Path, "web")];

    private static Task<string> KeyAsync(TemporaryFolder clone) => ReleaseKey.OfAsync("test", Source(), Inputs(clone), default);
}

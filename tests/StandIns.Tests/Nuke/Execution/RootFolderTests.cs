using Nuke.Common;
using Nuke.Common.Execution;

namespace StandIns.Tests.Nuke.Execution;

[Collection(ProcessWide.Name)]
public sealed class RootFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string? variable = Environment.GetEnvironmentVariable("NUKE_ROOT");
    private readonly string current = Environment.CurrentDirectory;

    public RootFolderTests() => Environment.SetEnvironmentVariable("NUKE_ROOT", null);

    public void Dispose()
    {
        Environment.CurrentDirectory = current;
        Environment.SetEnvironmentVariable("NUKE_ROOT", variable);
        folder.Dispose();
    }

    [Fact]
    public void It_is_the_nearest_folder_upwards_that_holds_dot_nuke()
    {
        folder.Write(".nuke/parameters.json", "{}");
        folder.Write("src/deep/file", "");
        Environment.CurrentDirectory = Path.Combine(folder.Path, "src", "deep");

        Assert.Equal(folder.Path, RootFolder.Find([]));
    }

    [Fact]
    public void The_flag_comes_before_the_variable()
    {
        folder.Write("typed/file", "");
        Environment.SetEnvironmentVariable("NUKE_ROOT", folder.Path);

        Assert.Equal(folder.Path, RootFolder.Find(["Deploy"]));
        Assert.Equal(Path.Combine(folder.Path, "typed"), RootFolder.Find(["Deploy", "--root", Path.Combine(folder.Path, "typed")]));
        Assert.Equal(Path.Combine(folder.Path, "typed"), RootFolder.Find(["Deploy", $"--root={Path.Combine(folder.Path, "typed")}"]));
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_refused() =>
        Assert.Equal(["--root: the folder '/no/such' does not exist."], Assert.Throws<UsageFault>(() => RootFolder.Find(["--root", "/no/such"])).Sentences);

    [Fact]
    public void Without_any_the_sentence_says_where_it_looked()
    {
        Environment.CurrentDirectory = folder.Path;

        Assert.Equal(
            [$"Neither '{Environment.CurrentDirectory}' nor a folder above it holds '.nuke'. Start ./build.sh, or pass --root."],
            Assert.Throws<UsageFault>(() => RootFolder.Find([])).Sentences);
    }
}

using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Components;

namespace StandIns.Tests.Nuke.Components;

[Collection(ProcessWide.Name)]
public sealed class HazArtifactsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_build_that_moves_its_artifacts_moves_its_reports_with_them()
    {
        var build = new Moved();

        await BuildRun.OfAsync(build, folder, "");

        Assert.Equal(folder.Path + "/out/reports", ((IHazReports)build).ReportDirectory);
        Assert.Equal(folder.Path + "/.nuke/temp", ((INukeBuild)build).TemporaryDirectory);
        Assert.Equal(folder.Path, ((INukeBuild)build).RootDirectory);
    }

    [Fact]
    public async Task Artifacts_and_reports_have_their_official_places()
    {
        var build = new Unmoved();

        await BuildRun.OfAsync(build, folder, "");

        Assert.Equal(folder.Path + "/artifacts", ((IHazArtifacts)build).ArtifactsDirectory);
        Assert.Equal(folder.Path + "/artifacts/reports", ((IHazReports)build).ReportDirectory);
    }

    [Theory]
    [InlineData("GITHUB_ACTIONS")]
    [InlineData("TF_BUILD")]
    [InlineData("GITLAB_CI")]
    [InlineData("CI")]
    public async Task A_CI_host_is_known_by_its_variable(string variable)
    {
        Assert.Equal("False", await SeenAsync());
        Assert.Equal("True", await SeenAsync((variable, "true")));
    }

    private async Task<string> SeenAsync(params (string, string)[] variables)
    {
        var build = new Moved();
        await BuildRun.OfAsync(build, folder, "Look", variables);
        return build.Seen;
    }

    private sealed class Unmoved : NukeBuild, IHazReports;

    private sealed class Moved : TracedBuild, IHazReports
    {
        public string Seen { get; private set; } = "";

        AbsolutePath IHazArtifacts.ArtifactsDirectory => RootDirectory / "out";

        public Target Look => _ => _.Executes(() =>
        {
            Seen = IsServerBuild.ToString();
            return Trace();
        });
    }
}

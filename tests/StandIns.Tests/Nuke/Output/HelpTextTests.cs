using Nuke.Common;
using Nuke.Common.Execution;
using Nuke.Common.Output;
using Nuke.Common.Parameters;
using StandIns.Tests.Nuke.Execution;
using StandIns.Tests.Nuke.Parameters;

namespace StandIns.Tests.Nuke.Output;

public sealed class HelpTextTests
{
    [Fact]
    public void Each_target_has_its_meaning_its_needs_and_what_it_triggers() =>
        Assert.Equal(
            """
            Targets, in an order in which they can run:
              Preflight       Checks.
              BuildImage
              PushImage       Needs: BuildImage.
              Deploy *        Releases. Needs: Preflight, PushImage. Then: SyncFrontend,
                              Verify.
              SyncFrontend    Then: Invalidate.
              Invalidate
              Verify
              Rollback        Goes back.

              * runs when no target is named.
            """,
            Section(Of(new ReleaseBuild(), "Deploy"), "Targets", "Flags"));

    [Fact]
    public void Each_parameter_has_its_flag_its_meaning_and_what_it_may_be() =>
        Assert.Equal(
            """
            Settings. Each can also be given as PIPELINE_<NAME>, or in the profile's file:
              --registry-password     The account's password. Secret: only as
                                      PIPELINE_REGISTRY_PASSWORD.
              --registry-url          The registry: host, port and path.
              --release-dirty         Lets uncommitted changes be released. true or false
                                      (default).
              --release-labels        What it is marked with.
              --release-notes         Where its notes are.
              --release-tag           What people call it. Default: git describe.
            """,
            Section(Of(new SettingsBuild()), "Settings", "\0"));

    [Fact]
    public void Every_flag_of_every_build_is_explained()
    {
        var section = Section(Of(new ReleaseBuild()), "Flags of every build:", "Settings");

        Assert.All(CommandLine.HostFlags, f => Assert.Contains($"  {f.Flag} ", section, StringComparison.Ordinal));
        Assert.Contains("quiet, minimal, normal (default) or verbose", string.Join(' ', section.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void It_fits_a_terminal_of_80_columns() =>
        Assert.All(Of(new SettingsBuild()).Split('\n'), l => Assert.InRange(l.TrimEnd().Length, 0, 80));

    private static string Of(NukeBuild build, params string[] standard) =>
        HelpText.Of(TargetGraph.Of(build), ParameterMember.AllOf(build.GetType()), standard).ReplaceLineEndings("\n");

    private static string Section(string page, string from, string to)
    {
        var start = page.IndexOf(from, StringComparison.Ordinal);
        var end = page.IndexOf(to, start, StringComparison.Ordinal);
        return string.Join('\n', page[start..(end < 0 ? page.Length : end)].TrimEnd().Split('\n').Select(l => l.TrimEnd()));
    }
}

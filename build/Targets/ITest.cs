using Nuke.Common;
using Nuke.Components;
using Pipeline.Build.Testing;

namespace Pipeline.Build.Targets;

/// <summary>Runs the tests.</summary>
internal interface ITest : ICompile, IHazReports
{
    /// <summary>The longer suites too.</summary>
    [Parameter("Test: runs the longer suites too.")]
    bool All => TryGetValue<bool?>(() => All) ?? false;

    /// <summary>Runs the tests.</summary>
    Target Test => _ => _
        .Description("Checks the format and runs every test that needs no server; --all adds the longer suites.")
        .DependsOn<ICompile>(x => x.Compile)
        .Executes(() => new TestRun(RootDirectory, ReportDirectory, All).RunAsync(Session.Stopping));
}

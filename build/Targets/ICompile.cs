using Nuke.Common;
using Pipeline.Build.Testing;

namespace Pipeline.Build.Targets;

/// <summary>Compiles the whole solution.</summary>
internal interface ICompile : IRunSteps
{
    /// <summary>Compiles the whole solution.</summary>
    Target Compile => _ => _
        .Description("Compiles the whole solution, tests included.")
        .Executes(() => new Dotnet(RootDirectory).CompileAsync(Session.Stopping));
}

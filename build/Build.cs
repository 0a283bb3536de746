using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Components;
using Pipeline.Build.Targets;
using Pipeline.Releases;

namespace Pipeline.Build;

/// <summary>What a person can ask for: one component for each target, in <c>Targets/</c>.</summary>
internal sealed class Build : NukeBuild,
    IPreflight, IBackup, IBuildImage, IPushImage, IBuildFrontend, IMigrate, IDeploy, ISyncFrontend, IInvalidate, IVerify,
    IRollback, IStatus, IHistory, IDiagnose, IUnlock, IInit,
    ICompile, ITest, IClean
{
    // Made with the first target: --help and --plan need no engine.
    private static readonly Lazy<PipelineSession> Run = new(() => new PipelineSession(TimeProvider.System));

    PipelineSession IRunSteps.Session => Run.Value;

    AbsolutePath IHazArtifacts.ArtifactsDirectory => RootDirectory / "artifacts";

    /// <summary>Runs what the command line asks for; the record and the deploy lock are closed once every target has ended.</summary>
    public static int Main()
    {
        if (Request.Refusal(Environment.GetCommandLineArgs()[1..], IsServerBuild) is { } refusal)
        {
            Console.Error.WriteLine($"Error: {refusal}");
            return Errors.ExitCode.Usage;
        }

        var exitCode = Execute<Build>(b => ((IDeploy)b).Deploy);
        foreach (var line in Run.IsValueCreated ? Run.Value.CloseAsync(exitCode).GetAwaiter().GetResult() : [])
            Console.Out.WriteLine(line);
        return exitCode;
    }
}

using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Components;
using Pipeline.Build.Sandbox;
using Pipeline.Build.Targets;
using Pipeline.Errors;
using Pipeline.Runs;

namespace Pipeline.Build;

/// <summary>What a person can ask for: one component for each target, in <c>Targets/</c>.</summary>
internal sealed class Build : NukeBuild,
    IPreflight, IPreview, IBackup, IBuildImage, IPushImage, IBuildFrontend, IMigrate, IDeploy, ISyncFrontend, IInvalidate, IVerify,
    IRollback, IStatus, IHistory, IDiagnose, IIncidentReport, IUnlock, IInit,
    ISandbox, IRehearse,
    ICompile, ITest, IClean
{
    // Made with the first target: --help and --plan need no engine.
    private static readonly Lazy<PipelineSession> Run = new(() => new PipelineSession(TimeProvider.System, InterruptMenu.Ask));

    PipelineSession IRunSteps.Session => Run.Value;

    AbsolutePath IHazArtifacts.ArtifactsDirectory => RootDirectory / "artifacts";

    /// <summary>Runs what the command line asks for; the record and the deploy lock are closed once every target has ended.</summary>
    public static int Main()
    {
        var arguments = Environment.GetCommandLineArgs()[1..];
        ProgramOutput.Reserve(arguments);
        if (Request.Refusal(arguments, IsServerBuild) is { } refusal)
            return Refuse(refusal, Errors.ExitCode.Usage);
        if (!Request.IsForSandbox(arguments, IsServerBuild))
            return RunTargets();
        try
        {
            return RunInSandbox(arguments);
        }
        catch (FailureException e)
        {
            return Refuse(e.Message, e.ExitCode);
        }
    }

    private static int RunInSandbox(string[] arguments)
    {
        using var sandbox = SandboxEntrance.OpenAsync(Request.RootOf(arguments), IsServerBuild).GetAwaiter().GetResult();
        var exitCode = RunTargets();
        foreach (var line in Request.IsHarmless(arguments) ? [] : sandbox.Farewell)
            Console.Out.WriteLine(line);
        return exitCode;
    }

    private static int RunTargets()
    {
        var exitCode = Execute<Build>(b => ((IDeploy)b).Deploy);
        foreach (var line in Run.IsValueCreated ? Run.Value.CloseAsync(exitCode).GetAwaiter().GetResult() : [])
            Console.Out.WriteLine(line);
        return exitCode;
    }

    private static int Refuse(string sentence, int exitCode)
    {
        Console.Error.WriteLine($"Error: {sentence}");
        return exitCode;
    }
}

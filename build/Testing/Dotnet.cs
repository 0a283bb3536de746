using CliWrap;
using Pipeline.Errors;
using Serilog;

namespace Pipeline.Build.Testing;

/// <summary>Runs the dotnet command in the repository's root.</summary>
internal sealed class Dotnet(string root)
{
    private const string Solution = "Pipeline.sln";
    private const int LastLines = 60;

    /// <summary>Compiles the solution.</summary>
    public Task CompileAsync(CancellationToken cancellation) => RunAsync(["build", Solution, "-nologo", "-v:q", "-nodeReuse:false"], cancellation);

    /// <summary>Refuses files that are not formatted.</summary>
    public Task CheckFormatAsync(CancellationToken cancellation) => RunAsync(["format", Solution, "--verify-no-changes", "--no-restore"], cancellation);

    /// <summary>Runs a command; its output is shown when it fails.</summary>
    /// <exception cref="FailureException">It failed.</exception>
    public async Task RunAsync(string[] arguments, CancellationToken cancellation)
    {
        var (succeeded, lines) = await TryAsync(arguments, cancellation);
        if (!succeeded)
            throw new FailureException($"'dotnet {string.Join(' ', arguments)}' failed:{Environment.NewLine}{string.Join(Environment.NewLine, lines.TakeLast(LastLines))}");
    }

    /// <summary>Runs a command.</summary>
    public async Task<(bool Succeeded, IReadOnlyList<string> Lines)> TryAsync(string[] arguments, CancellationToken cancellation)
    {
        var lines = new List<string>();
        void Take(string line)
        {
            Log.Debug("{Line:l}", line);
            lock (lines)
                lines.Add(line);
        }

        var result = await Cli.Wrap("dotnet").WithArguments(arguments).WithWorkingDirectory(root).WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.ToDelegate(Take)).WithStandardErrorPipe(PipeTarget.ToDelegate(Take)).ExecuteAsync(cancellation);
        return (result.ExitCode == 0, lines);
    }
}

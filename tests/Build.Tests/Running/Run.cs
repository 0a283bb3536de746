using System.Globalization;
using System.Text;
using CliWrap;

namespace Build.Tests.Running;

/// <summary>A program that was started, with none of the variables that decide for it on this machine.</summary>
internal sealed class Run
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly string[] Deciding = ["PIPELINE_", "NUKE_", "CI", "GITHUB_ACTIONS", "TF_BUILD", "GITLAB_CI", "Official", "DOTNET_ROOT", "MSBUILD", "KUBECONFIG"];
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();
    private readonly TaskCompletionSource compiling = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CommandTask<CommandResult> process;

    public Run(string folder, IReadOnlyDictionary<string, string?> variables, string program, params string[] arguments)
    {
        process = Cli.Wrap(program).WithArguments(arguments).WithWorkingDirectory(folder).WithEnvironmentVariables(Clean(variables))
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.ToStringBuilder(output))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(Take))
            .ExecuteAsync(new CancellationTokenSource(Limit).Token);
    }

    /// <summary>Ends when the program says that it compiles.</summary>
    public Task Compiling => compiling.Task;

    public async Task<Outcome> EndAsync()
    {
        var ended = await process;
        return new Outcome(ended.ExitCode, output.ToString(), errors.ToString());
    }

    /// <summary>Sends a signal to the process that was started, and to no other.</summary>
    public async Task SignalAsync(string signal) =>
        await Cli.Wrap("kill").WithArguments([$"-{signal}", process.ProcessId.ToString(CultureInfo.InvariantCulture)]).ExecuteAsync();

    private void Take(string line)
    {
        errors.Append(line).Append('\n');
        if (line == Outcome.Compiling)
            compiling.TrySetResult();
    }

    private static Dictionary<string, string?> Clean(IReadOnlyDictionary<string, string?> variables)
    {
        var clean = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => Deciding.Any(d => name == d || (d.EndsWith('_') || d is "Official" or "MSBUILD") && name.StartsWith(d, StringComparison.Ordinal)))
            .ToDictionary(name => name, _ => (string?)null);
        foreach (var (name, value) in variables)
            clean[name] = value;
        return clean;
    }
}

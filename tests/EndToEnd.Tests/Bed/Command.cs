using CliWrap;
using CliWrap.Buffered;

namespace EndToEnd.Tests.Bed;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="Output">Both streams, in the order of their lines.</param>
internal sealed record Outcome(int ExitCode, string Output)
{
    private const int Shown = 80;

    // How a command ended is told at its end, and a CI host cuts long logs.
    private string End => string.Join('\n', Output.Split('\n').TakeLast(Shown));

    /// <summary>Fails with the end of the output when the command did not end as expected.</summary>
    public Outcome Ended(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"The command ended with {ExitCode}, not with {exitCode}:\n{End}");
        return this;
    }

    /// <summary>Fails with the end of the output when a text is nowhere in it.</summary>
    public Outcome Says(string text)
    {
        Assert.True(Output.Contains(text, StringComparison.Ordinal), $"The command does not say '{text}':\n{End}");
        return this;
    }
}

/// <summary>Starts programs.</summary>
internal static class Command
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);
    private static readonly string[] CiHosts = ["CI", "GITHUB_ACTIONS", "TF_BUILD", "GITLAB_CI"];
    private static readonly string[] Choosing = ["PIPELINE_", "NUKE_", "Official"];

    /// <summary>Runs a program to its end, with none of the variables that choose an environment on this machine or say that nobody watches.</summary>
    public static async Task<Outcome> TryAsync(string folder, IReadOnlyDictionary<string, string?> variables, string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(Limit);
        var output = new List<string>();
        void Take(string line)
        {
            lock (output)
                output.Add(line);
        }

        try
        {
            var ended = await Cli.Wrap(program).WithArguments(arguments).WithWorkingDirectory(folder).WithEnvironmentVariables(Clean(variables))
                .WithValidation(CommandResultValidation.None)
                .WithStandardOutputPipe(PipeTarget.ToDelegate(Take)).WithStandardErrorPipe(PipeTarget.ToDelegate(Take))
                .ExecuteAsync(limit.Token);
            return new Outcome(ended.ExitCode, string.Join('\n', output));
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {Limit.TotalMinutes} minutes:\n{string.Join('\n', output)}");
            throw;
        }
    }

    /// <summary>Runs a script of the folder that begins only once everything is prepared for its process.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="variables">As in <see cref="TryAsync"/>.</param>
    /// <param name="prepare">Is given the process's number.</param>
    /// <param name="script">The script; it must become the program, not start it.</param>
    /// <param name="arguments">What it is given.</param>
    public static async Task<Outcome> TryPreparedAsync(string folder, IReadOnlyDictionary<string, string?> variables, Func<int, Task> prepare, string script, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(Limit);
        var prepared = new TaskCompletionSource();
        var output = new List<string>();
        void Take(string line)
        {
            lock (output)
                output.Add(line);
        }

        var running = Cli.Wrap("bash").WithArguments(["-c", "read -r _; exec \"$0\" \"$@\" </dev/null", script, .. arguments])
            .WithWorkingDirectory(folder).WithEnvironmentVariables(Clean(variables)).WithValidation(CommandResultValidation.None)
            .WithStandardInputPipe(PipeSource.Create(async (input, stop) =>
            {
                await prepared.Task;
                await input.WriteAsync("\n"u8.ToArray(), stop);
            }))
            .WithStandardOutputPipe(PipeTarget.ToDelegate(Take)).WithStandardErrorPipe(PipeTarget.ToDelegate(Take))
            .ExecuteAsync(limit.Token);
        await prepare(running.ProcessId);
        prepared.SetResult();
        var ended = await running;
        return new Outcome(ended.ExitCode, string.Join('\n', output));
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var ended = await Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.True(ended.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {ended.StandardError}");
        return ended.StandardOutput.Trim();
    }

    private static Dictionary<string, string?> Clean(IReadOnlyDictionary<string, string?> variables)
    {
        var clean = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => CiHosts.Contains(name) || Array.Exists(Choosing, c => name.StartsWith(c, StringComparison.Ordinal)))
            .ToDictionary(name => name, _ => (string?)null);
        foreach (var (name, value) in variables)
            clean[name] = value;
        return clean;
    }
}

using CliWrap;

namespace Pipeline.Runs;

/// <summary>
/// Programs that a Ctrl-C at the terminal must not end. The terminal sends it to every process in front of it, while the person is still
/// asked what is to become of the run; a session of its own is out of its reach. Where the machine has no <c>setsid</c>, they hear it.
/// </summary>
internal static class ShieldedProgram
{
    private static readonly string? OwnSession = OperatingSystem.IsLinux() ? Find("setsid") : null;

    /// <summary>The command, in a session of its own where that can be.</summary>
    public static Command Of(string program, IEnumerable<string> arguments) => OwnSession is not null && Find(program) is { } path
        ? Cli.Wrap(OwnSession).WithArguments([path, .. arguments])
        : Cli.Wrap(program).WithArguments(arguments);

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}

using System.ComponentModel;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Backups;

/// <summary>One of PostgreSQL's client programs on this machine.</summary>
/// <param name="name"><c>pg_dump</c> or <c>pg_restore</c>, found on the PATH.</param>
internal sealed partial class PostgresProgram(string name)
{
    /// <summary>Its version, when it is installed and at least as new as the server.</summary>
    /// <param name="serverVersion">The server's <c>server_version_num</c>, as in <c>150018</c>.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <exception cref="FailureException">It is missing, or older than the server, which it would then refuse to dump.</exception>
    public async Task<string> VersionAsync(int serverVersion, CancellationToken cancellation)
    {
        var serverMajor = serverVersion / 10000;
        try
        {
            var asked = await Cli.Wrap(name).WithArguments("--version").WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellation);
            // pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
            var found = VersionNumber().Match(asked.StandardOutput);
            if (!found.Success)
                throw new FailureException($"'{name} --version' says '{asked.StandardOutput.Trim()}', which is no PostgreSQL version. {InstallOf(serverMajor)}");
            return int.Parse(found.Groups["major"].Value, CultureInfo.InvariantCulture) >= serverMajor
                ? found.Value
                : throw new FailureException($"'{name}' is version {found.Value}, older than the server ({serverMajor}), and would refuse it. {InstallOf(serverMajor)}");
        }
        catch (Win32Exception)
        {
            throw new FailureException($"'{name}' was not found on the PATH. {InstallOf(serverMajor)}");
        }
    }

    /// <summary>Runs it against a database.</summary>
    /// <param name="arguments">Without any connection: that goes through the environment, where no process list shows it.</param>
    /// <param name="address">The database; null for a program that only reads a file.</param>
    /// <param name="output">Where its output goes.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>What it wrote to stderr.</returns>
    /// <exception cref="FailureException">It ended with an error.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> arguments, Secret? address, PipeTarget output, CancellationToken cancellation)
    {
        var said = new StringBuilder();
        var ended = await ShieldedProgram.Of(name, arguments)
            .WithEnvironmentVariables(address is null ? new Dictionary<string, string?>() : DatabaseAddress.LibpqEnvironment(address))
            .WithStandardOutputPipe(output)
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(said))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(cancellation);
        var text = said.ToString().Trim();
        return ended.ExitCode == 0 ? text : throw new FailureException($"'{name}' ended with {ended.ExitCode}: {(text.Length > 0 ? text : "it said nothing")}");
    }

    private static string InstallOf(int major) =>
        OperatingSystem.IsMacOS() ? $"Install it: brew install postgresql@{major}"
        : OperatingSystem.IsWindows() ? $"Install it: winget install PostgreSQL.PostgreSQL.{major}"
        : $"Install it: apt-get install postgresql-client-{major} (or your distribution's package of PostgreSQL {major})";

    [GeneratedRegex(@"(?<major>\d+)(\.\d+)*", RegexOptions.ExplicitCapture)]
    private static partial Regex VersionNumber();
}

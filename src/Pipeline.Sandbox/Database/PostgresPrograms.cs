using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Errors;

namespace Pipeline.Sandbox.Database;

/// <summary>Runs PostgreSQL's server programs.</summary>
/// <param name="binaries">Where they are.</param>
/// <param name="folder">Where the server keeps everything.</param>
internal sealed class PostgresPrograms(string binaries, string folder)
{
    // The server refuses to run as root, as whom containers and CI machines often run.
    private const string OtherUser = "postgres";
    private static readonly bool IsRoot = !OperatingSystem.IsWindows() && Environment.UserName == "root";

    public string Folder => folder;

    /// <summary>Where the server can keep its files: the folder itself, unless the user that it runs as cannot get there.</summary>
    /// <param name="folder">The sandbox's folder for it. Once that is gone, so is what was kept elsewhere.</param>
    public static string HomeOf(string folder)
    {
        var home = IsRoot && !OperatingSystem.IsWindows() && !IsReachable(folder)
            ? $"/var/tmp/pipeline-sandbox-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..12]}"
            : folder;
        if (home != folder && !Directory.Exists(folder) && Directory.Exists(home))
            Directory.Delete(home, recursive: true);
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(home);
        return home;
    }

    /// <summary>Gives the folder to the user that the server runs as.</summary>
    public async Task TakeFolderAsync(CancellationToken cancellation)
    {
        if (!IsRoot)
            return;
        using var chown = Process.Start("chown", ["-R", OtherUser, folder]);
        await chown.WaitForExitAsync(cancellation);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="FailureException">It failed.</exception>
    public async Task RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        if (await TryAsync(program, arguments, cancellation) is { } why)
            throw new FailureException($"'{PostgresBinaries.Program(binaries, program)}' failed in '{folder}': {why}");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it said when it failed; null when it did not.</returns>
    public async Task<string?> TryAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        var path = PostgresBinaries.Program(binaries, program);
        // A server that is started keeps the pipes of whoever started it: its output goes to its log, and ours to a file.
        var said = Path.Combine(Path.GetTempPath(), $"pipeline-{Path.GetRandomFileName()}");
        string[] command = IsRoot ? ["setpriv", $"--reuid={OtherUser}", $"--regid={OtherUser}", "--init-groups", path, .. arguments] : [path, .. arguments];
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(command[0], command[1..])
            : new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", said, .. command]);
        start.WorkingDirectory = OperatingSystem.IsWindows() ? folder : "/";
        start.CreateNoWindow = true;
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? null : $"exit code {process.ExitCode}. {(File.Exists(said) ? (await File.ReadAllTextAsync(said, CancellationToken.None)).Trim() : "")}";
        }
        finally
        {
            File.Delete(said);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static bool IsReachable(string folder)
    {
        for (var above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above))
            if (Directory.Exists(above) && !File.GetUnixFileMode(above).HasFlag(UnixFileMode.OtherExecute))
                return false;
        return true;
    }
}

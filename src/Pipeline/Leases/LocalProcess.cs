using System.Diagnostics;

namespace Pipeline.Leases;

/// <summary>Processes of this machine, as far as it shows them.</summary>
internal static class LocalProcess
{
    // Fields after the name in parentheses, which may hold spaces and parentheses of its own:
    // 41 (dotnet) S 1 41 41 0 -1 4194304 11063 0 0 0 79 19 0 0 20 0 24 0 8934172 ...
    private const int State = 0;
    private const int Start = 19;

    /// <summary>When a process started, in the machine's ticks since its boot; null where that cannot be read. Tells it from a later one with its number.</summary>
    public static string? StartOf(int process) => Fields(process) is { Length: > Start } fields ? fields[Start] : null;

    /// <summary>True when it is certain that the process is no more: no such number, another process under it, or one that ended and was not yet collected.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="start">What <see cref="StartOf"/> said while it lived; null when nobody asked.</param>
    public static bool IsGone(int process, string? start)
    {
        if (!Exists(process))
            return true;
        // Where /proc hides the processes of other users, only the existence of the number is known.
        return Fields(process) is { Length: > Start } fields && (fields[State] is "Z" or "X" || (start is not null && fields[Start] != start));
    }

    private static bool Exists(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string[]? Fields(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

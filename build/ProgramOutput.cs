using Pipeline.Build.Settings;
using Pipeline.Settings;

namespace Pipeline.Build;

/// <summary>Keeps standard output for what another program reads.</summary>
internal static class ProgramOutput
{
    /// <summary>Sends every line of the host and the log to standard error, when what was typed asks for output that a program reads.</summary>
    public static void Reserve(string[] arguments)
    {
        if (arguments.Contains(Flag.Of(nameof(IHazHistory.HistoryJson)), StringComparer.OrdinalIgnoreCase))
            Console.SetOut(Console.Error);
    }

    /// <summary>Standard output itself. It is reserved from here on, if the command line did not do so already.</summary>
    public static Stream Open()
    {
        Console.SetOut(Console.Error);
        return Console.OpenStandardOutput();
    }
}

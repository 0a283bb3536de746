using Nuke.Common;
using Pipeline.Runs;
using Serilog;

namespace Pipeline.Build;

/// <summary>What Ctrl-C offers at a terminal. The work goes on until there is an answer.</summary>
internal static class InterruptMenu
{
    /// <summary>Asks; null where nobody can answer, so that Ctrl-C stops the run at once.</summary>
    public static AskInterrupted? Ask => Console.IsInputRedirected || Console.IsOutputRedirected || NukeBuild.IsServerBuild ? null : AskAsync;

    private static async Task<Interruption> AskAsync(bool canUndo, CancellationToken patience)
    {
        // Lines of the log scroll above whatever is drawn live, and keys that are read without an echo leave it alone.
        Log.Warning("Ctrl-C. The work goes on until you press a key:");
        Log.Warning("  f  finish: goes on to the end");
        if (canUndo)
            Log.Warning("  u  undo: stops, and puts back what this run changed; the schema stays");
        Log.Warning("  l  leave: stops; what was done stays, and the same command goes on");
        Log.Warning("Ctrl-C again, or no key for 10 seconds, leaves too.");
        var answer = Task.Run(() => Read(canUndo), CancellationToken.None);
        await Task.WhenAny(answer, Task.Delay(Timeout.Infinite, patience));
        return answer.IsCompletedSuccessfully ? await answer : Interruption.Leave;
    }

    private static Interruption Read(bool canUndo)
    {
        while (true)
            switch (Console.ReadKey(intercept: true).Key)
            {
                case ConsoleKey.F:
                    return Interruption.Finish;
                case ConsoleKey.U when canUndo:
                    return Interruption.Undo;
                case ConsoleKey.L:
                    return Interruption.Leave;
            }
    }
}

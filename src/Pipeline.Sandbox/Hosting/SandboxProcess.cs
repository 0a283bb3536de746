using System.Runtime.InteropServices;
using Pipeline.Errors;

namespace Pipeline.Sandbox.Hosting;

/// <summary>The sandbox as a process of its own: says that it is ready, then runs until it is told to end, not used, or left by its parent.</summary>
/// <param name="options">Where.</param>
/// <param name="endsWithInput">Ends it when its input does: with the process that started it, however that ends.</param>
internal sealed class SandboxProcess(SandboxOptions options, bool endsWithInput)
{
    /// <summary>The exit code while another process has the folder.</summary>
    public const int HeldByAnother = 4;

    /// <summary>What it says once it can be used; nothing else ever goes to its output, which the parent may long have closed.</summary>
    public const string Ready = "ready";

    /// <summary>Runs to the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        using var folder = FolderLock.TryTake(options.Folder);
        if (folder is null)
        {
            await Console.Error.WriteLineAsync($"Another sandbox uses '{options.Folder}'.");
            return HeldByAnother;
        }

        try
        {
            await using var sandbox = await SandboxServer.StartAsync(options, CancellationToken.None);
            using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, sandbox.Life));
            await Console.Out.WriteLineAsync(Ready);
            _ = sandbox.Life.WatchAsync();
            if (endsWithInput)
                _ = EndWithInputAsync(sandbox.Life);
            await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, sandbox.Life.Over).ContinueWith(_ => { }, TaskScheduler.Default);
            return 0;
        }
        catch (FailureException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return e.ExitCode;
        }
    }

    private static void End(PosixSignalContext signal, SandboxLife life)
    {
        // Its servers are to end in order, the database among them.
        signal.Cancel = true;
        life.End();
    }

    private static async Task EndWithInputAsync(SandboxLife life)
    {
        // Not Console.In, whose asynchronous methods wait for input on the thread that calls them.
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null);
        life.End();
    }
}

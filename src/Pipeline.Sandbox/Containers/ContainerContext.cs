using System.Collections.Concurrent;

namespace Pipeline.Sandbox.Containers;

/// <summary>The world as a container sees it.</summary>
internal sealed class ContainerContext
{
    private readonly ConcurrentDictionary<int, int> ports = [];

    /// <summary>Command and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The image's files by path without the leading slash.</summary>
    public required IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files { get; init; }

    /// <summary>Takes each line that it prints.</summary>
    public required Action<string> Log { get; init; }

    /// <summary>Takes each line that it prints to its second stream.</summary>
    /// <value><see cref="Log"/>: a container's log mixes both.</value>
    public Action<string> Errors { get => field ?? Log; init; }

    /// <summary>Told whenever a port opens: the container's number and the one of 127.0.0.1 behind it.</summary>
    public required Action<int, int> Listening { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Cancelled by SIGTERM.</summary>
    public required CancellationToken Terminating { get; init; }

    /// <summary>True from the beginning of the preStop hook on.</summary>
    public bool IsDraining { get; set; }

    /// <summary>True once the kernel ended it for want of memory.</summary>
    public bool IsOutOfMemory { get; set; }

    /// <summary>What it uses now, as far as the program knows.</summary>
    public ProgramUsage Usage { get; set; }

    /// <summary>The port of 127.0.0.1 behind a port of the container; null while nothing listens.</summary>
    public int? RealPort(int port) => ports.TryGetValue(port, out var real) ? real : null;

    /// <summary>Says that a port is open.</summary>
    public void Listen(int port, int real)
    {
        ports[port] = real;
        Listening(port, real);
    }

    /// <summary>The ports that it opened.</summary>
    public IEnumerable<int> OpenPorts => ports.Keys;

    /// <summary>Waits for SIGTERM or SIGKILL.</summary>
    /// <returns>True for SIGTERM, false when the time is over.</returns>
    /// <exception cref="OperationCanceledException">SIGKILL.</exception>
    public async Task<bool> WaitAsync(TimeSpan time, CancellationToken killed)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(killed, Terminating);
        try
        {
            await Task.Delay(time, Time, either.Token);
            return false;
        }
        catch (OperationCanceledException) when (!killed.IsCancellationRequested)
        {
            return true;
        }
    }
}

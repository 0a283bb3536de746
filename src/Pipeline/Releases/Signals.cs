using System.Runtime.InteropServices;

namespace Pipeline.Releases;

/// <summary>Turns Ctrl-C, SIGTERM and a closed terminal into a cancellation, so that record and lock are left in order.</summary>
internal sealed class Signals : IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly CancellationTokenSource stop;
    private readonly TimeProvider time;
    private long receivedAt;

    public Signals(CancellationTokenSource stop, TimeProvider time)
    {
        this.stop = stop;
        this.time = time;
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                // The second one ends the process at once, as a person who presses it twice wants.
                context.Cancel = !Received;
                Receive();
            }));
    }

    /// <summary>True once a signal asked the run to end.</summary>
    public bool Received { get; private set; }

    /// <summary>How long ago the signal came; null when none came.</summary>
    public TimeSpan? Age => Received ? time.GetElapsedTime(receivedAt) : null;

    /// <summary>Asks the run to end.</summary>
    public void Receive()
    {
        if (!Received)
            receivedAt = time.GetTimestamp();
        Received = true;
        stop.Cancel();
    }

    public void Dispose() => registrations.ForEach(r => r.Dispose());
}

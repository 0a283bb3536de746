using System.Runtime.InteropServices;

namespace Pipeline.Releases;

/// <summary>Turns Ctrl-C, SIGTERM and a closed terminal into a cancellation, so that record and lock are left in order.</summary>
internal sealed class Signals : IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];

    public Signals(CancellationTokenSource stop)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                // The second one ends the process at once, as a person who presses it twice wants.
                context.Cancel = !Received;
                Received = true;
                stop.Cancel();
            }));
    }

    /// <summary>True once a signal asked the run to end.</summary>
    public bool Received { get; private set; }

    public void Dispose() => registrations.ForEach(r => r.Dispose());
}

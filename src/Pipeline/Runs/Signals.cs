using System.Runtime.InteropServices;

namespace Pipeline.Runs;

/// <summary>
/// Ctrl-C, SIGTERM and a closed terminal, so that record and lock are left in order. Whoever presses Ctrl-C at a terminal is asked first;
/// everything else ends the run.
/// </summary>
internal sealed class Signals : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop;
    private readonly TimeProvider time;
    private readonly AskInterrupted? ask;
    private long receivedAt;
    private bool isAsking;
    private bool isWarned;

    /// <param name="stop">Cancelled when the steps are to end.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ask">Asks the person at the terminal; null where nobody can answer.</param>
    public Signals(CancellationTokenSource stop, TimeProvider time, AskInterrupted? ask)
    {
        (this.stop, this.time, this.ask) = (stop, time, ask);
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                // The one after that ends the process at once, as a person who presses it again wants.
                context.Cancel = !Received;
                if (signal == PosixSignal.SIGINT)
                    Interrupt();
                else
                    Receive();
            }));
    }

    /// <summary>True once the run was told to end and to leave what it did.</summary>
    public bool Received { get; private set; }

    /// <summary>Cancelled with <see cref="Received"/>: what must end even though it no longer hears the steps' own token.</summary>
    public CancellationToken Ending => ending.Token;

    /// <summary>How long ago that was; null when it was not.</summary>
    public TimeSpan? Age => Received ? time.GetElapsedTime(receivedAt) : null;

    /// <summary>True once a person wants back what the run changed.</summary>
    public bool IsUndoWanted { get; private set; }

    /// <summary>Says what can be asked in this moment; null while the run has nothing worth a question.</summary>
    public Func<InterruptedWork?> Work { get; set; } = () => null;

    /// <summary>Tells the run to end and to leave what it did.</summary>
    public void Receive()
    {
        lock (gate)
        {
            if (!Received)
                receivedAt = time.GetTimestamp();
            Received = true;
        }

        stop.Cancel();
        ending.Cancel();
    }

    /// <summary>Ctrl-C: asks, or ends the run where there is nobody or nothing to ask. A second one while that is asked ends it too.</summary>
    public void Interrupt()
    {
        lock (gate)
        {
            var work = ask is null || Received || isAsking ? null : Work();
            if (work is { IsPuttingBack: true } && !isWarned)
            {
                isWarned = true;
                work.Say("What this run changed is being put back. Ctrl-C again ends that half way.");
                return;
            }

            if (work is { IsPuttingBack: false })
            {
                isAsking = true;
                _ = Task.Run(() => AskAsync(work));
                return;
            }
        }

        Receive();
    }

    public void Dispose()
    {
        registrations.ForEach(r => r.Dispose());
        ending.Dispose();
    }

    private async Task AskAsync(InterruptedWork work)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ending.Token);
        var answer = await ask!(work.CanUndo, either.Token);
        lock (gate)
            isAsking = false;
        if (Received)
            return;
        if (answer == Interruption.Finish)
        {
            work.Say("Going on as if nothing had been pressed.");
            return;
        }

        if (answer == Interruption.Undo)
        {
            IsUndoWanted = true;
            await stop.CancelAsync();
            return;
        }

        work.Say(limit.IsCancellationRequested ? "No answer: leaving; what was done stays." : "Leaving; what was done stays.");
        Receive();
    }
}

/// <summary>What a run does in the moment of an interruption.</summary>
/// <param name="CanUndo">True when the run could put back what it changed.</param>
/// <param name="IsPuttingBack">True while it does.</param>
/// <param name="Say">Tells the person.</param>
internal sealed record InterruptedWork(bool CanUndo, bool IsPuttingBack, Action<string> Say);

namespace Pipeline.Sandbox.Faults;

/// <summary>The network between the pipeline and the sandbox's servers: <c>network-cut:SECONDS</c> (5) cuts it once.</summary>
/// <param name="faults">Which faults are on.</param>
/// <param name="time">The clock.</param>
internal sealed class NetworkCut(FaultSwitch faults, TimeProvider time) : IDisposable
{
    private const string Name = "network-cut";
    private const int Seconds = 5;
    private readonly Lock gate = new();
    private CancellationTokenSource cut = new();
    private ITimer? mending;
    private Fault? struck;

    /// <summary>Cancelled while nobody gets through.</summary>
    public CancellationToken Token
    {
        get
        {
            lock (gate)
                return cut.Token;
        }
    }

    /// <summary>Cuts it, if the fault is on and did not strike since.</summary>
    public void Strike()
    {
        if (faults.Find(Name) is not { } fault)
            return;
        lock (gate)
        {
            if (ReferenceEquals(fault, struck))
                return;
            struck = fault;
            mending?.Dispose();
            mending = time.CreateTimer(_ => Mend(), null, TimeSpan.FromSeconds(fault.Number(Seconds)), Timeout.InfiniteTimeSpan);
        }

        cut.Cancel();
    }

    public void Dispose()
    {
        mending?.Dispose();
        cut.Dispose();
    }

    private void Mend()
    {
        lock (gate)
            cut = new CancellationTokenSource();
    }
}

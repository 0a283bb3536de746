using Pipeline.Cluster;
using Pipeline.Runs;
using Serilog;

namespace Pipeline.Leases;

/// <summary>The deploy lock of one run: taken at most once, heard by its signals, and what its gate asks.</summary>
internal sealed class RunLock(CancellationTokenSource stop, Signals signals, RequestGate requests, TimeProvider time)
{
    private DeployLease? lease;

    /// <summary>Why it is lost; null while it is not.</summary>
    public string? Loss => lease?.Loss;

    /// <summary>Who asked this run to end, and why; null while nobody did.</summary>
    public string? AskedBy => lease?.AskedBy;

    /// <summary>Takes it, or hands over the one that the run has.</summary>
    /// <param name="unguarded">A connection that does not pass the run's gate.</param>
    /// <param name="wish">What for, and how patiently.</param>
    /// <param name="log">The run's log.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<DeployLease> HoldAsync(ClusterConnection unguarded, LeaseWish wish, ILogger log, CancellationToken cancellation)
    {
        if (lease is not null)
            return lease;
        lease = await new LeaseTaking(unguarded, LeaseHolder.Current(wish.Purpose), wish, time, log).TakeAsync(cancellation);
        lease.Lost.Register(stop.Cancel);
        lease.Asked.Register(signals.Receive);
        requests.Guard(lease);
        return lease;
    }

    /// <summary>Lets go of it; from here on the run sends nothing.</summary>
    public async Task LetGoAsync(TimeSpan within)
    {
        if (lease is null)
            return;
        requests.Shut();
        await lease.ReleaseAsync(within);
        await lease.DisposeAsync();
    }
}

using Pipeline.Errors;

namespace Pipeline.Leases;

/// <summary>
/// Stands before every request of a run to cluster, registry, engine, database, store, CDN and public addresses. A run that takes part in no
/// release passes; one that holds the deploy lock passes while that is certain. A process that was suspended and wakes up asks here before
/// any of its timers fires.
/// </summary>
public sealed class RequestGate
{
    private volatile DeployLease? lease;
    private volatile bool isShut;

    /// <summary>Passes, or proves first that this run still holds the lock.</summary>
    /// <exception cref="FailureException">It does not: nothing more may be sent.</exception>
    public ValueTask PassAsync(CancellationToken cancellation)
    {
        if (isShut)
            throw new FailureException("Stopped: this run has let go of the deploy lock and sends nothing more.");
        return lease?.ProveAsync(cancellation) ?? ValueTask.CompletedTask;
    }

    internal void Guard(DeployLease held) => lease = held;

    internal void Shut() => isShut = true;
}

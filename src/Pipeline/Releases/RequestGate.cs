namespace Pipeline.Releases;

/// <summary>
/// Stands before every request of a run to cluster, store and CDN. A run that takes part in no release passes;
/// one that holds the deploy lock passes while that is certain. A process that was suspended and wakes up asks here before any of its timers fires.
/// </summary>
public sealed class RequestGate
{
    private volatile DeployLease? lease;

    /// <summary>Passes, or proves first that this run still holds the lock.</summary>
    /// <exception cref="Errors.FailureException">It does not: nothing more may be sent.</exception>
    public ValueTask PassAsync(CancellationToken cancellation) => lease?.ProveAsync(cancellation) ?? ValueTask.CompletedTask;

    internal void Guard(DeployLease held) => lease = held;
}

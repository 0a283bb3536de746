using Pipeline.Cluster;
using Pipeline.Leases;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>No other run holds the deploy lock; once the release is open, this one does.</summary>
internal sealed class LockCheck : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.Lock;

    /// <inheritdoc />
    public string Needs => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var lease = await cluster.FindAsync(Resource.Leases, LeaseObject.Name, cancellation);
        var holder = lease is null ? null : LeaseHolder.In(lease);
        if (holder?.IsSameRunAs(LeaseHolder.Current("")) == true)
            return new Finding(Name, FindingState.Passed, $"held by this run: {holder.Sentence}");
        if (context.Ledger.IsOpen)
            return new Finding(Name, FindingState.Failed, $"this run no longer holds it; {(holder is null ? "nobody does" : $"{holder.Sentence} does")}.", "Start again once that run has ended.");
        // The other run may well have ended by the time that this one wants the lock, or died long ago: taking it tells.
        return holder is null
            ? new Finding(Name, FindingState.Passed, "free")
            : new Finding(Name, FindingState.Warned, $"held by {holder.Sentence}, renewed {lease.Text("spec", "renewTime")}", "Look with ./build.sh Status.");
    }
}

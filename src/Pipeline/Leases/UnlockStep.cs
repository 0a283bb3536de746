using Pipeline.Cluster;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Leases;

/// <summary>
/// Frees the deploy lock of a run that a person knows to be dead, or wants to end: it is asked to, and the lock is free only once that run
/// can send nothing more.
/// </summary>
/// <param name="reason">Why, in the person's words.</param>
public sealed class UnlockStep(string? reason) : IStep
{
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public string Name => "Unlock";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var faults = new Faults();
        faults.Require("Reason", reason, "why the lock is freed");
        faults.ThrowIfAny();
        var cluster = await context.ClusterAsync(cancellation);
        if (await cluster.FindAsync(Resource.Leases, LeaseObject.Name, cancellation) is not { } lease || LeaseHolder.In(lease) is not { } holder)
        {
            context.Summary.LeftAlone("the deploy lock: nobody holds it");
            return;
        }

        // Whoever takes it in between is not the one that the person means.
        var meant = LeaseWaiting.Held(holder, lease);
        var wish = new LeaseWish("Unlock") { TakeOver = held => held == meant ? reason : null };
        await using var taken = await new LeaseTaking(cluster, LeaseHolder.Current(wish.Purpose), wish, context.Time, context.Log).TakeAsync(cancellation);
        await taken.ReleaseAsync(ReleaseWithin, $"{holder.Sentence}, freed by {Operator.Describe()}: {reason}");
        context.Summary.Changed($"the deploy lock: taken from {holder.Sentence}, which sends nothing more, and freed");
    }
}

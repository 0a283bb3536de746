using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Settings;

namespace Pipeline.Releases;

/// <summary>Frees the deploy lock of a run that a person knows to be dead.</summary>
/// <param name="reason">Why, in the person's words.</param>
public sealed class UnlockStep(string? reason) : IStep
{
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

        lease["spec"]!["holderIdentity"] = "";
        lease["metadata"]!["annotations"] = new JsonObject { [LeaseObject.Freed] = $"{holder.Sentence}, freed by {Operator.Describe()}: {reason}" };
        try
        {
            await cluster.ReplaceAsync(Resource.Leases, lease, cancellation);
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            throw FailureException.Refused($"The deploy lock was renewed in this moment by {holder.Sentence}: that run is alive. Nothing was changed.");
        }

        context.Summary.Changed($"the deploy lock: taken from {holder.Sentence}; a run that still lives stops at its next renewal");
    }
}

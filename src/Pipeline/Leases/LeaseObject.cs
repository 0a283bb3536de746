using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Leases;

/// <summary>The Lease as the cluster keeps it.</summary>
internal static class LeaseObject
{
    public const string Name = "pipeline-deploy";

    /// <summary>The annotation that says who freed the lock, from whom and why; the next release's record takes it over.</summary>
    public const string Freed = "pipeline/unlocked";

    /// <summary>The annotation by which another run asks the holder to end, and why.</summary>
    public const string Asked = "pipeline/asked-to-end";

    /// <summary>How long the lock of a holder that shows no sign of life stays its own.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    /// <summary>One holder's hold, from taking the lease to letting it go.</summary>
    public static string Turn(JsonObject lease) =>
        $"{lease.Text("spec", "leaseTransitions")} {lease.Text("spec", "holderIdentity")} {lease.Text("spec", "acquireTime")}";

    /// <summary>Changes with each renewal; what else is written to the object is no sign of life.</summary>
    public static string SignOfLife(JsonObject lease) => $"{Turn(lease)} {lease.Text("spec", "renewTime")}";

    /// <summary>The lease as a new holder writes it over what was found, which must be unchanged by then.</summary>
    public static JsonObject Wanted(LeaseHolder holder, TimeProvider time, JsonObject? found)
    {
        var metadata = new JsonObject { ["name"] = Name };
        if (found is not null)
            metadata["resourceVersion"] = found.Text("metadata", "resourceVersion");
        metadata["annotations"] = holder.Annotations();
        var now = Timestamp(time);
        return new JsonObject
        {
            ["apiVersion"] = Resource.Leases.ApiVersion,
            ["kind"] = Resource.Leases.Kind,
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = holder.Identity,
                ["leaseDurationSeconds"] = (int)Duration.TotalSeconds,
                ["acquireTime"] = now,
                ["renewTime"] = now,
                ["leaseTransitions"] = found.Number("spec", "leaseTransitions") + 1,
            },
        };
    }

    // MicroTime of the API: six digits, no more and no fewer.
    public static string Timestamp(TimeProvider time) => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}

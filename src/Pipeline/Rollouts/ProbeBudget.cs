using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Rollouts;

/// <summary>How long a container may take to serve, as its own probes say.</summary>
internal static class ProbeBudget
{
    /// <summary>
    /// From the moment the container counts as started. Whoever lets the liveness probe wait lets the program start for as long, so the
    /// longer of both is meant.
    /// </summary>
    public static TimeSpan Of(JsonObject? container)
    {
        var readiness = Of(container.At("readinessProbe"), (p, failures) => p.Number("initialDelaySeconds") + (Period(p) * (failures + Successes(p) - 1)));
        var liveness = Of(container.At("livenessProbe"), (p, failures) => p.Number("initialDelaySeconds") + (Period(p) * failures));
        return readiness > liveness ? readiness : liveness;
    }

    private static TimeSpan Of(JsonObject? probe, Func<JsonObject, long, long> seconds) =>
        probe is null ? TimeSpan.Zero : TimeSpan.FromSeconds(seconds(probe, Or(probe.Number("failureThreshold"), 3)) + Or(probe.Number("timeoutSeconds"), 1));

    private static long Period(JsonObject probe) => Or(probe.Number("periodSeconds"), 10);

    private static long Successes(JsonObject probe) => Or(probe.Number("successThreshold"), 1);

    private static long Or(long number, long otherwise) => number == 0 ? otherwise : number;
}

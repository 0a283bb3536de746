using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>How many pods a rolling update may have too many and too few.</summary>
/// <param name="Surge">Pods above the wish.</param>
/// <param name="Unavailable">Pods below it.</param>
internal readonly record struct RollingUpdate(long Surge, long Unavailable)
{
    private const string DefaultShare = "25%";

    /// <summary>Reads <c>spec.strategy</c>: surge is rounded up and unavailability down, and both zero would never move.</summary>
    public static RollingUpdate Of(JsonObject deployment)
    {
        if (IsRecreate(deployment))
            return new RollingUpdate(0, 0);
        var wanted = Scale.Wanted(deployment);
        var settings = deployment.At("spec", "strategy", "rollingUpdate");
        var surge = Resolve(settings.Text("maxSurge") ?? DefaultShare, wanted, Math.Ceiling);
        var unavailable = Math.Min(wanted, Resolve(settings.Text("maxUnavailable") ?? DefaultShare, wanted, Math.Floor));
        return surge == 0 && unavailable == 0 ? new RollingUpdate(0, 1) : new RollingUpdate(surge, unavailable);
    }

    public static bool IsRecreate(JsonObject deployment) => deployment.Text("spec", "strategy", "type") == "Recreate";

    private static long Resolve(string value, long wanted, Func<double, double> round) =>
        value.EndsWith('%') && long.TryParse(value.AsSpan(0, value.Length - 1), out var share) ? (long)round(share * wanted / 100.0)
        : long.TryParse(value, out var count) ? count : 0;
}

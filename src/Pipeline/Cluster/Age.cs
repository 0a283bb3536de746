using System.Globalization;

namespace Pipeline.Cluster;

/// <summary>How old something is, in one unit, as <c>kubectl get</c> writes it: <c>40s</c>, <c>12m</c>, <c>5h</c>, <c>3d</c>.</summary>
internal static class Age
{
    /// <summary>The time since a moment that the cluster wrote; <c>?</c> when there is none.</summary>
    public static string Of(string? moment, DateTimeOffset now) =>
        DateTimeOffset.TryParse(moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var then) ? Of(now - then) : "?";

    // The cluster's clock may be ahead of this machine's.
    private static string Of(TimeSpan age) => age switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 2 } => $"{age.TotalSeconds:0}s",
        { TotalHours: < 2 } => $"{(int)age.TotalMinutes}m",
        { TotalDays: < 2 } => $"{(int)age.TotalHours}h",
        _ => $"{(int)age.TotalDays}d",
    };
}

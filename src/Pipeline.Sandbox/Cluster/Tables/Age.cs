using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Tables;

/// <summary>How long ago something was, as kubectl's users read it.</summary>
internal static class Age
{
    public static string Of(string? time, DateTimeOffset now) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var then) ? Text(now - then) : "<unknown>";

    /// <summary>From <c>59s</c> over <c>3m20s</c>, <c>5h10m</c> and <c>2d3h</c> to <c>400d</c>.</summary>
    public static string Text(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "0s",
        { TotalMinutes: < 2 } => $"{(int)span.TotalSeconds}s",
        { TotalMinutes: < 10 } => Two((int)span.TotalMinutes, "m", span.Seconds, "s"),
        { TotalHours: < 3 } => $"{(int)span.TotalMinutes}m",
        { TotalHours: < 8 } => Two((int)span.TotalHours, "h", span.Minutes, "m"),
        { TotalHours: < 48 } => $"{(int)span.TotalHours}h",
        { TotalDays: < 8 } => Two((int)span.TotalDays, "d", span.Hours, "h"),
        _ => $"{(int)span.TotalDays}d",
    };

    public static string OfObject(JsonObject content, DateTimeOffset now) => Of(content.Text("metadata", "creationTimestamp"), now);

    private static string Two(int large, string largeUnit, int small, string smallUnit) => small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}

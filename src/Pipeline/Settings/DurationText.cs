using System.Globalization;

namespace Pipeline.Settings;

/// <summary>A duration in a sentence: <c>90 s</c>, <c>10 min</c>, <c>2 h</c>.</summary>
internal static class DurationText
{
    /// <summary>In the largest unit that needs no fraction, from two of it on.</summary>
    public static string Of(TimeSpan duration) => duration switch
    {
        { TotalHours: >= 2, Ticks: var ticks } when ticks % TimeSpan.TicksPerHour == 0 => $"{duration.TotalHours:0} h",
        { TotalMinutes: >= 2, Ticks: var ticks } when ticks % TimeSpan.TicksPerMinute == 0 => $"{duration.TotalMinutes:0} min",
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.#} s"),
    };
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Preflight;

/// <summary>Weekly opening times in the time zone of the people who keep them.</summary>
internal sealed partial class Schedule
{
    private static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    private readonly IReadOnlyList<Opening> openings;

    private Schedule(IReadOnlyList<Opening> openings) => this.openings = openings;

    /// <summary>The schedule in a text without a <see cref="Fault"/>; null when there is none, which means always.</summary>
    public static Schedule? Parse(string? text) => string.IsNullOrWhiteSpace(text) ? null : new Schedule([.. Parts(text).Select(ParseOne)]);

    /// <summary>What is wrong with a text; null when nothing is.</summary>
    public static string? Fault(string? text)
    {
        try
        {
            Parse(text);
            return null;
        }
        catch (Exception e) when (e is FormatException or TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            return $"'{text}' is not a schedule: {e.Message} Write days, hours and time zone, as in Mon-Thu 09:00-17:00 Europe/Berlin.";
        }
    }

    /// <summary>True while releases may begin.</summary>
    public bool IsOpen(DateTimeOffset now) => openings.Any(o => Turns(o, now).Any(t => t.From <= now && now < t.To));

    /// <summary>When the schedule next opens, in its own time zone.</summary>
    public DateTimeOffset Next(DateTimeOffset now) => openings.SelectMany(o => Turns(o, now)).Where(t => t.From > now).MinBy(t => t.From).From;

    private static string[] Parts(string text) => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // Mon-Thu 09:00-17:00 Europe/Berlin
    private static Opening ParseOne(string text)
    {
        if (Form().Match(text) is not { Success: true } found)
            throw new FormatException($"'{text}' cannot be read.");
        var (from, to) = (Time(found.Groups["from"].Value), Time(found.Groups["to"].Value));
        // 22:00-04:00 ends on the next day and belongs to the day on which it begins.
        return new Opening(DaysOf(found.Groups["days"].Value), from, to > from ? to : to + TimeSpan.FromDays(1), TimeZoneInfo.FindSystemTimeZoneById(found.Groups["zone"].Value));
    }

    private static HashSet<int> DaysOf(string text)
    {
        var days = new HashSet<int>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-').Select(Day).ToList();
            // Fri-Mon runs over the week's end.
            for (var day = ends[0]; ; day = (day + 1) % 7)
            {
                days.Add(day);
                if (day == ends[^1])
                    break;
            }
        }

        return days;
    }

    private static int Day(string name) =>
        Array.FindIndex(Days, d => d.Equals(name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var day ? day : throw new FormatException($"'{name}' is not one of {string.Join(", ", Days)}.");

    private static TimeSpan Time(string text)
    {
        var parts = text.Split(':').Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToList();
        return parts[0] * 60 + parts[1] is var minutes && minutes <= 24 * 60 && parts[1] < 60 ? TimeSpan.FromMinutes(minutes) : throw new FormatException($"'{text}' is not a time of day.");
    }

    // From yesterday's, which may run past midnight, to that of the same day next week.
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Turns(Opening opening, DateTimeOffset now)
    {
        var today = TimeZoneInfo.ConvertTime(now, opening.Zone).Date;
        return from offset in Enumerable.Range(-1, 9)
               let date = today.AddDays(offset)
               where opening.Days.Contains((int)date.DayOfWeek)
               select (At(date + opening.From, opening.Zone), At(date + opening.To, opening.Zone));
    }

    // In the hour that daylight saving leaves out no clock shows such a time: it counts from the hour after.
    private static DateTimeOffset At(DateTime local, TimeZoneInfo zone)
    {
        var valid = zone.IsInvalidTime(local) ? local.AddHours(1) : local;
        return new DateTimeOffset(valid, zone.GetUtcOffset(valid));
    }

    [GeneratedRegex(@"\A(?<days>[A-Za-z]{3}([-,][A-Za-z]{3})*) +(?<from>\d\d:\d\d)-(?<to>\d\d:\d\d) +(?<zone>\S.*)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    private sealed record Opening(HashSet<int> Days, TimeSpan From, TimeSpan To, TimeZoneInfo Zone);
}

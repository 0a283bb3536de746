using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Incidents;

/// <summary>Events in the order of time, each in one line.</summary>
internal static class EventList
{
    /// <summary>The oldest first.</summary>
    public static IReadOnlyList<JsonObject> InOrder(IEnumerable<JsonObject> events) => [.. events.OrderBy(LastSeen)];

    /// <summary>When, about what, and what: the columns of a table.</summary>
    public static string?[] Row(JsonObject said) =>
    [
        LastSeen(said).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), said.Text("type"),
        $"{said.Text("involvedObject", "kind")}/{said.Text("involvedObject", "name")}", said.Text("reason"), Times(said), said.Text("message"),
    ];

    /// <summary>The heads of the columns.</summary>
    public static string[] Head => ["last seen", "type", "object", "reason", "times", "message"];

    // Which of the fields is filled depends on the component that wrote the event, and on its age.
    private static DateTimeOffset LastSeen(JsonObject said) =>
        Moment(said.Text("series", "lastObservedTime")) ?? Moment(said.Text("lastTimestamp")) ?? Moment(said.Text("eventTime"))
        ?? Moment(said.Text("metadata", "creationTimestamp")) ?? DateTimeOffset.MinValue;

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment.ToUniversalTime() : null;

    private static string Times(JsonObject said) => Math.Max(Math.Max(said.Number("count"), said.Number("series", "count")), 1).ToString(CultureInfo.InvariantCulture);
}

using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Writes events; one that repeats is counted, not written again.</summary>
/// <param name="writer">Where they go.</param>
/// <param name="component">Who says it, as in <c>deployment-controller</c>.</param>
/// <param name="host">The node, for a node's agent.</param>
internal sealed class EventRecorder(ObjectWriter writer, string component, string? host = null)
{
    private const int Remembered = 4096;
    private readonly Dictionary<(string Uid, string? Field, string Reason, string Message), string> names = [];
    private readonly Lock gate = new();

    public void Normal(StoredObject about, string reason, string message, string? field = null) => Record(about, "Normal", reason, message, field);

    public void Warning(StoredObject about, string reason, string message, string? field = null) => Record(about, "Warning", reason, message, field);

    private void Record(StoredObject about, string type, string reason, string message, string? field)
    {
        var space = about.Namespace.Length == 0 ? "default" : about.Namespace;
        lock (gate)
        {
            var same = (about.Uid(), field, reason, message);
            if (names.TryGetValue(same, out var known) && writer.Update(ResourceKind.Events, space, known, Repeat) is not null)
                return;
            if (names.Count >= Remembered)
                names.Clear();
            if (Create(space, about, Event(about, type, reason, message, field)) is { } created)
                names[same] = created.Name;
        }
    }

    private void Repeat(JsonObject repeated)
    {
        repeated["count"] = repeated.Number("count") + 1;
        repeated["lastTimestamp"] = writer.Now();
    }

    private StoredObject? Create(string space, StoredObject about, JsonObject content)
    {
        try
        {
            content["metadata"] = new JsonObject { ["name"] = $"{about.Name}.{writer.NameInTime()}" };
            return writer.Create(ResourceKind.Events, space, content);
        }
        catch (ApiException)
        {
            // As in a real cluster, an event that cannot be kept is lost and nothing else: a namespace that goes away takes none.
            return null;
        }
    }

    private JsonObject Event(StoredObject about, string type, string reason, string message, string? field)
    {
        var involved = new JsonObject
        {
            ["kind"] = about.Kind.Kind,
            ["namespace"] = about.Namespace,
            ["name"] = about.Name,
            ["uid"] = about.Uid(),
            ["apiVersion"] = about.Kind.ApiVersion,
            ["resourceVersion"] = $"{about.Version}",
        };
        if (about.Namespace.Length == 0)
            involved.Remove("namespace");
        if (field is not null)
            involved["fieldPath"] = field;
        var source = new JsonObject { ["component"] = component };
        if (host is not null)
            source["host"] = host;
        return new JsonObject
        {
            ["involvedObject"] = involved,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = source,
            ["firstTimestamp"] = writer.Now(),
            ["lastTimestamp"] = writer.Now(),
            ["count"] = 1,
            ["type"] = type,
            ["eventTime"] = null,
            ["reportingComponent"] = "",
            ["reportingInstance"] = "",
        };
    }
}

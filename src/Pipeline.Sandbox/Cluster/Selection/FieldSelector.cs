using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Selection;

/// <summary>A field selector as a query writes it.</summary>
internal sealed class FieldSelector
{
    private static readonly string[] OfEveryKind = ["metadata.name", "metadata.namespace"];
    private readonly List<(string[] Path, string Value, bool IsEqual)> requirements = [];

    /// <summary>Reads a selector. A sample: <c>involvedObject.kind=Pod,involvedObject.name!=x</c>.</summary>
    /// <exception cref="ApiException">BadRequest: the kind has no such selectable field.</exception>
    public static FieldSelector Parse(string? text, ResourceKind kind)
    {
        var selector = new FieldSelector();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
                throw ApiException.BadRequest($"invalid selector: '{part}'; can't understand '{part}'");
            var field = part[..at].TrimEnd('!');
            if (!OfEveryKind.Contains(field) && !Selectable(kind).Contains(field))
                throw ApiException.BadRequest($"Unable to find \"{kind.ApiVersion}, Resource={kind.Plural}\" that match label selector \"\", field selector \"{text}\": field label not supported: {field}");
            selector.requirements.Add((field.Split('.'), part[(at + 1)..].TrimStart('='), part[at - 1] != '!'));
        }

        return selector;
    }

    public bool Matches(StoredObject stored) =>
        requirements.TrueForAll(r => ((stored.Content.Text(r.Path) ?? "") == r.Value) == r.IsEqual);

    private static string[] Selectable(ResourceKind kind) => kind.Kind switch
    {
        "Pod" =>
        [
            "status.phase", "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
            "status.podIP", "status.nominatedNodeName",
        ],
        "Event" =>
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
            "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
        ],
        "Secret" => ["type"],
        "Namespace" => ["status.phase"],
        "Node" => ["spec.unschedulable"],
        "Job" => ["status.successful"],
        "ReplicaSet" => ["status.replicas"],
        _ => [],
    };
}

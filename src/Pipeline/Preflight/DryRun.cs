using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Preflight;

/// <summary>What the server made of one manifest without storing it.</summary>
/// <param name="Sent">What it was sent.</param>
/// <param name="Live">The object as it is now; null when it would be made.</param>
/// <param name="Answer">The object as it would be stored; null when the server refused it.</param>
/// <param name="Refusal">Why the server refused it.</param>
internal sealed record DryRun(JsonObject Sent, JsonObject? Live, JsonObject? Answer, ClusterRequestException? Refusal)
{
    /// <summary>Kind and name, as messages write them.</summary>
    public string Id => $"{Sent.Kind()}/{Sent.Name()}";

    /// <summary>The fields that the server will not change on an object that exists.</summary>
    public IReadOnlyList<JsonObject> ImmutableFields => [.. (Refusal?.Causes ?? []).Where(IsImmutable)];

    /// <summary>The server's schema lacks a field that was sent.</summary>
    // failed to create typed patch object: .spec.template.spec.colour: field not declared in schema
    public bool IsUndeclaredField => Refusal?.Message.Contains("field not declared in schema", StringComparison.Ordinal) == true;

    // Deployment: "field is immutable". StatefulSet: "updates to statefulset spec for fields other than ... are forbidden".
    // Service: "may not change once set". PersistentVolumeClaim: "spec is immutable after creation except ...". RoleBinding: "cannot change roleRef".
    private static bool IsImmutable(JsonObject cause) => cause.Text("message") is { } said
        && (said.Contains("immutable", StringComparison.Ordinal)
            || said.Contains("may not change", StringComparison.Ordinal)
            || said.Contains("may not be changed", StringComparison.Ordinal)
            || said.Contains("cannot change roleRef", StringComparison.Ordinal)
            || (said.Contains("updates to", StringComparison.Ordinal) && said.Contains("are forbidden", StringComparison.Ordinal)));
}

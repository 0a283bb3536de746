using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>No manifest changes a field that the server never changes on an object that exists.</summary>
/// <param name="shared">The dry runs.</param>
internal sealed class ImmutableFieldsCheck(SharedReads shared) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.ImmutableFields;

    /// <inheritdoc />
    public string Needs => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var runs = await shared.DryRunsAsync(context, cancellation);
        var changed = runs.SelectMany(r => r.ImmutableFields.Select(f => Describe(r, f))).ToList();
        return changed.Count == 0
            ? new Finding(Name, FindingState.Passed, "none changes")
            : new Finding(Name, FindingState.Failed, $"{string.Join("; ", changed)}.", "Keep the live value, or give the object another name and remove the old one later.");
    }

    private static string Describe(DryRun run, JsonObject cause)
    {
        var field = cause.Text("field") ?? "";
        var path = field.Split('.');
        var (live, wanted) = (ValueAt(run.Live, path), ValueAt(run.Sent, path));
        // A whole spec is named where only some of its fields may change; what differs in it is what counts.
        if (live is JsonObject before && wanted is JsonObject after && path.Length == 1)
            return $"{run.Id}: {string.Join(", ", after.Where(f => SentFields.AreOther(f.Value, before[f.Key])).Select(f => $"{field}.{f.Key}"))} ({cause.Text("message")})";
        var values = run.Sent.Kind() == Resource.Secrets.Kind || live is null || wanted is null ? "" : $": live {live.ToJsonString()}, wanted {wanted.ToJsonString()}";
        return $"{run.Id}: {field}{values}";
    }

    private static JsonNode? ValueAt(JsonObject? node, string[] path) => node.At(path.AsSpan(0, path.Length - 1))?[path[^1]];
}

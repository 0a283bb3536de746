using System.Net;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster.Apply;

/// <summary>The answer to an apply that would change what others own.</summary>
internal static class ApplyConflict
{
    public static ApiException Of(IReadOnlyList<(Manager Manager, FieldSet Fields)> conflicts)
    {
        var fields = conflicts.SelectMany(c => c.Fields.Paths().Select(p => (c.Manager, Path: p))).ToList();
        var causes = fields.Select(f => (JsonNode)new JsonObject
        {
            ["reason"] = "FieldManagerConflict",
            ["message"] = $"conflict with {f.Manager.InConflict}",
            ["field"] = f.Path,
        });
        var message = fields is [var (manager, path)]
            ? $"Apply failed with 1 conflict: conflict with {manager.InConflict}: {path}"
            : $"Apply failed with {fields.Count} conflicts: {string.Join('\n', conflicts.Select(Listed))}";
        return new ApiException(HttpStatusCode.Conflict, "Conflict", message) { Details = new JsonObject { ["causes"] = new JsonArray([.. causes]) } };
    }

    private static string Listed((Manager Manager, FieldSet Fields) conflict) =>
        $"conflicts with {conflict.Manager.InConflict}:{string.Concat(conflict.Fields.Paths().Select(p => $"\n- {p}"))}";
}

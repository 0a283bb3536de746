using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Reads and writes counts as the API does: a missing <c>spec.replicas</c> is one, a zero in a status is left out.</summary>
internal static class Scale
{
    public static long Wanted(JsonObject content) => content.Text("spec", "replicas") is null ? 1 : content.Number("spec", "replicas");

    public static void SetUnlessZero(JsonObject status, string field, long value)
    {
        if (value == 0)
            status.Remove(field);
        else
            status[field] = value;
    }
}

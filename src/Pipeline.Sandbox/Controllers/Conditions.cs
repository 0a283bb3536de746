using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Controllers;

/// <summary>Writes <c>status.conditions</c>.</summary>
internal static class Conditions
{
    /// <summary>Sets a condition; its transition time moves only when its status does.</summary>
    /// <param name="status">The object's <c>status</c>.</param>
    /// <param name="condition">The condition without times; the caller adds <c>lastUpdateTime</c> and the like.</param>
    /// <param name="now">The time as the API writes it.</param>
    public static void Set(JsonObject status, JsonObject condition, string now)
    {
        var all = status["conditions"] as JsonArray;
        if (all is null)
            status["conditions"] = all = [];
        var index = all.ToList().FindIndex(c => (c as JsonObject).Text("type") == condition.Text("type"));
        var before = index < 0 ? null : all[index] as JsonObject;
        condition["lastTransitionTime"] = before is not null && before.Text("status") == condition.Text("status") ? before.Text("lastTransitionTime") ?? now : now;
        if (index < 0)
            all.Add(condition);
        else
            all[index] = condition;
    }

    /// <summary>Takes a condition away.</summary>
    public static void Remove(JsonObject status, string type)
    {
        if (status["conditions"] is not JsonArray all)
            return;
        foreach (var gone in all.OfType<JsonObject>().Where(c => c.Text("type") == type).ToList())
            all.Remove(gone);
        if (all.Count == 0)
            status.Remove("conditions");
    }
}

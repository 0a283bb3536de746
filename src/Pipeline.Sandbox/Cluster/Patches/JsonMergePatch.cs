using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster.Patches;

/// <summary>RFC 7386: objects are merged, null removes, everything else replaces.</summary>
internal static class JsonMergePatch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject)
                    target[name] = new JsonObject();
                Apply((JsonObject)target[name]!, inner);
            }
            else
                target[name] = value.DeepClone();
    }
}

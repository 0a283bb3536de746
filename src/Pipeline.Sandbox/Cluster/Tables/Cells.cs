using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Tables;

/// <summary>Cells of tables that take more than a field's text.</summary>
internal static class Cells
{
    private const string None = "<none>";

    public static string JobStatus(JsonObject job) =>
        job.Condition("Complete").Text("status") == "True" ? "Complete"
        : job.Condition("Failed").Text("status") == "True" ? "Failed"
        : job.Text("metadata", "deletionTimestamp") is not null ? "Terminating"
        : job.Text("spec", "suspend") == "true" ? "Suspended" : "Running";

    public static string Duration(JsonObject job, DateTimeOffset now) =>
        job.Text("status", "startTime") is not { } start ? ""
        : Age.Of(start, DateTimeOffset.TryParse(job.Text("status", "completionTime"), out var end) ? end : now);

    public static string Ports(JsonObject service)
    {
        var ports = service.Items("spec", "ports").Select(p => $"{p.Text("port")}{(p.Text("nodePort") is { } node ? $":{node}" : "")}/{p.Text("protocol")}").ToList();
        return ports.Count == 0 ? None : string.Join(",", ports);
    }

    public static string NodeStatus(JsonObject node) =>
        (node.Condition("Ready").Text("status") switch { "True" => "Ready", null => "Unknown", _ => "NotReady" })
        + (node.Text("spec", "unschedulable") == "true" ? ",SchedulingDisabled" : "");

    public static string Roles(JsonObject node)
    {
        const string Role = "node-role.kubernetes.io/";
        var roles = (node.At("metadata", "labels") ?? []).Where(l => l.Key.StartsWith(Role, StringComparison.Ordinal)).Select(l => l.Key[Role.Length..]).ToList();
        return roles.Count == 0 ? None : string.Join(",", roles);
    }

    public static string Used(JsonObject quota, string prefix, bool isPrefix) => string.Join(
        ", ",
        (quota.At("status", "hard") ?? [])
            .Where(h => h.Key.StartsWith(prefix, StringComparison.Ordinal) == isPrefix)
            .Select(h => $"{h.Key}: {quota.At("status", "used").Text(h.Key)}/{h.Value}"));

    /// <summary>As in <c>app=api,tier!=db,track in (a,b)</c>.</summary>
    public static string Selector(JsonObject? selector)
    {
        var labels = (selector.At("matchLabels") ?? []).Select(l => $"{l.Key}={l.Value}");
        var expressions = selector.Items("matchExpressions").Select(Expression);
        return Listed(labels.Concat(expressions));
    }

    /// <summary>The first three ready addresses, and how many more there are.</summary>
    public static string Endpoints(JsonObject endpoints)
    {
        const int Shown = 3;
        var all = endpoints.Items("subsets")
            .SelectMany(s => s.Items("ports").SelectMany(p => s.Items("addresses").Select(a => $"{a.Text("ip")}:{p.Text("port")}"))).ToList();
        return Listed(all.Take(Shown)) + (all.Count > Shown ? $" + {all.Count - Shown} more..." : "");
    }

    /// <summary>Who an event is from, as in <c>kubelet, sandbox</c>.</summary>
    public static string Source(JsonObject happened) => string.Join(
        ", ", new[] { happened.Text("source", "component") ?? happened.Text("reportingComponent"), happened.Text("source", "host") }.Where(t => !string.IsNullOrEmpty(t)));

    /// <summary>A node's address of a type, as in <c>InternalIP</c>.</summary>
    public static string Address(JsonObject node, string type) =>
        node.Items("status", "addresses").FirstOrDefault(a => a.Text("type") == type).Text("address") ?? None;

    /// <summary>The names of a binding's subjects of a kind, as in <c>User</c>.</summary>
    public static string Subjects(JsonObject binding, string kind) => string.Join(
        ", ", binding.Items("subjects").Where(s => s.Text("kind") == kind).Select(s => s.Text("namespace") is { } space ? $"{space}/{s.Text("name")}" : s.Text("name")));

    /// <summary>Texts with commas between them; says so when there are none.</summary>
    public static string Listed(IEnumerable<string?> texts) => string.Join(",", texts) is { Length: > 0 } listed ? listed : None;

    private static string Expression(JsonObject expression)
    {
        var values = string.Join(",", (expression["values"] as JsonArray ?? []).Select(v => $"{v}"));
        return expression.Text("operator") switch
        {
            "In" => $"{expression.Text("key")} in ({values})",
            "NotIn" => $"{expression.Text("key")} notin ({values})",
            "DoesNotExist" => $"!{expression.Text("key")}",
            _ => $"{expression.Text("key")}",
        };
    }
}

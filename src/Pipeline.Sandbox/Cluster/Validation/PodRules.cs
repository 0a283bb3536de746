using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Validation;

/// <summary>The rules of a pod's specification.</summary>
internal static class PodRules
{
    public static void Check(JsonObject? spec, string field, FieldErrors errors)
    {
        var containers = spec.Items("containers").ToList();
        if (containers.Count == 0)
            errors.Required($"{field}.containers");
        var names = new HashSet<string>();
        var volumes = spec.Items("volumes").Select(v => v.Text("name") ?? "").ToHashSet();
        foreach (var (list, found) in (ReadOnlySpan<(string, List<JsonObject>)>)[("containers", containers), ("initContainers", [.. spec.Items("initContainers")])])
            for (var i = 0; i < found.Count; i++)
                Container(found[i], $"{field}.{list}[{i}]", names, volumes, errors);
        if (spec.Text("restartPolicy") is { } policy and not ("Always" or "OnFailure" or "Never"))
            errors.Unsupported($"{field}.restartPolicy", policy, "Always", "OnFailure", "Never");
        if (spec.Number("terminationGracePeriodSeconds") < 0)
            errors.Invalid($"{field}.terminationGracePeriodSeconds", spec!["terminationGracePeriodSeconds"]?.DeepClone(), "must be greater than or equal to 0");
    }

    /// <summary>Of a pod that exists little more than the images may change.</summary>
    public static void CheckUpdate(JsonObject pod, JsonObject before, FieldErrors errors)
    {
        var (now, was) = (Fixed(pod), Fixed(before));
        if (!JsonNode.DeepEquals(now, was))
            errors.Forbidden(
                "spec",
                "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
    }

    private static JsonObject? Fixed(JsonObject pod)
    {
        var spec = (JsonObject?)pod["spec"]?.DeepClone();
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
            container.Remove("image");
        foreach (var field in (string[])["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"])
            spec?.Remove(field);
        return spec;
    }

    private static void Container(JsonObject container, string field, HashSet<string> names, HashSet<string> volumes, FieldErrors errors)
    {
        if (container.Text("name") is not { Length: > 0 } name)
            errors.Required($"{field}.name");
        else if (!names.Add(name))
            errors.Duplicate($"{field}.name", name);
        else
            NameRules.Label(name, $"{field}.name", errors);
        if (container.Text("image") is not { Length: > 0 })
            errors.Required($"{field}.image");
        Ports(container, field, errors);
        Amounts(container, field, errors);
        foreach (var (mount, i) in container.Items("volumeMounts").Select((m, i) => (m, i)))
            if (!volumes.Contains(mount.Text("name") ?? ""))
                errors.NotFound($"{field}.volumeMounts[{i}].name", mount.Text("name") ?? "");
        foreach (var (variable, i) in container.Items("env").Select((v, i) => (v, i)))
            if (variable.Text("name") is not { Length: > 0 })
                errors.Required($"{field}.env[{i}].name");
        foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
            if (container.At(probe) is { } asked && !asked.Any(h => h.Key is "httpGet" or "tcpSocket" or "exec" or "grpc"))
                errors.Required($"{field}.{probe}", "must specify a handler type");
    }

    private static void Ports(JsonObject container, string field, FieldErrors errors)
    {
        foreach (var (port, i) in container.Items("ports").Select((p, i) => (p, i)))
            if (!port.ContainsKey("containerPort"))
                errors.Required($"{field}.ports[{i}].containerPort");
            else if (port.Number("containerPort") is < 1 or > 65535)
                errors.Invalid($"{field}.ports[{i}].containerPort", port["containerPort"]?.DeepClone(), "must be between 1 and 65535, inclusive");
    }

    private static void Amounts(JsonObject container, string field, FieldErrors errors)
    {
        foreach (var list in (string[])["limits", "requests"])
            foreach (var (resource, amount) in container.At("resources", list) ?? [])
                if (!Quantity.TryParse(amount?.ToString(), out var value))
                    throw ApiException.BadRequest("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
                else if (value < 0)
                    errors.Invalid($"{field}.resources.{list}[{resource}]", amount?.DeepClone(), "must be greater than or equal to 0");
                else if (list == "requests" && container.Text("resources", "limits", resource) is { } limit && value > Quantity.Parse(limit))
                    errors.Invalid($"{field}.resources.requests", amount?.DeepClone(), $"must be less than or equal to {resource} limit of {limit}");
    }
}

using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Validation;

/// <summary>The rules by which the API server takes an object or refuses it.</summary>
internal static class ObjectRules
{
    // What etcd takes for one object's data.
    private const int MostData = 1024 * 1024;

    /// <param name="kind">Its kind.</param>
    /// <param name="content">The object with its defaults.</param>
    /// <param name="before">What it is now; null when it is new.</param>
    /// <exception cref="ApiException">Invalid.</exception>
    public static void Check(ResourceKind kind, JsonObject content, JsonObject? before)
    {
        var errors = new FieldErrors();
        NameRules.Check(kind, content, errors);
        switch (kind)
        {
            case { Group: "apps" }:
                WorkloadRules.Check(kind, content, before, errors);
                break;
            case { Group: "batch", Kind: "Job" }:
                WorkloadRules.CheckJob(content, before, errors);
                break;
            case { Group: "", Kind: "Pod" }:
                PodRules.Check(content.At("spec"), "spec", errors);
                if (before is not null)
                    PodRules.CheckUpdate(content, before, errors);
                break;
            case { Group: "", Kind: "ConfigMap" or "Secret" }:
                Data(kind, content, before, errors);
                break;
            case { Group: "", Kind: "Service" }:
                Service(content, errors);
                break;
            default:
                break;
        }

        errors.Throw(kind, content.Name());
    }

    private static void Data(ResourceKind kind, JsonObject content, JsonObject? before, FieldErrors errors)
    {
        var size = 0;
        foreach (var (key, value) in content.At("data") ?? [])
        {
            if (key.Length is 0 or > 253 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
                errors.Invalid($"data[{key}]", key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
            var text = value?.ToString() ?? "";
            size += kind == ResourceKind.Secrets ? text.Length / 4 * 3 : System.Text.Encoding.UTF8.GetByteCount(text);
        }

        foreach (var (_, value) in content.At("binaryData") ?? [])
            size += (value?.ToString().Length ?? 0) / 4 * 3;
        if (size > MostData)
            errors.TooLong(kind == ResourceKind.Secrets ? "data" : "", $"may not be more than {MostData} bytes");
        if (before.Text("immutable") == "true" && !JsonNode.DeepEquals(before!["data"], content["data"]))
            errors.Forbidden("data", "field is immutable when `immutable` is set");
        if (kind == ResourceKind.Secrets && before is not null && before.Text("type") != content.Text("type"))
            errors.Invalid("type", content.Text("type"), "field is immutable");
    }

    private static void Service(JsonObject service, FieldErrors errors)
    {
        var ports = service.Items("spec", "ports").ToList();
        if (ports.Count == 0 && service.Text("spec", "clusterIP") != "None" && service.Text("spec", "type") != "ExternalName")
            errors.Required("spec.ports");
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports.Count > 1 && ports[i].Text("name") is not { Length: > 0 })
                errors.Required($"spec.ports[{i}].name");
            if (ports[i].Number("port") is < 1 or > 65535)
                errors.Invalid($"spec.ports[{i}].port", ports[i]["port"], "must be between 1 and 65535, inclusive");
        }
    }
}

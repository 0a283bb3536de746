using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Validation;

/// <summary>Texts must be texts and numbers numbers: a YAML manifest that forgets quotation marks does not decode.</summary>
internal static class TypeRules
{
    /// <exception cref="ApiException">BadRequest.</exception>
    public static void Check(ResourceKind kind, JsonObject content)
    {
        foreach (var field in (string[])["labels", "annotations"])
            Texts(kind, content.At("metadata", field), $"ObjectMeta.metadata.{field}");
        if (Kinds.BuiltInKinds.IsCustom(kind))
            return;
        Texts(kind, content.At("spec", "template", "metadata", "labels"), "ObjectMeta.spec.template.metadata.labels");
        if (kind == ResourceKind.ConfigMaps || kind == ResourceKind.Secrets)
            foreach (var field in (string[])["data", "stringData"])
                Texts(kind, content.At(field), $"{kind.Kind}.{field}");
        foreach (var field in (string[])["replicas", "progressDeadlineSeconds", "backoffLimit", "parallelism", "completions"])
            Number(kind, content.At("spec")?[field], $"{kind.Kind}Spec.spec.{field}");
        var pod = kind == ResourceKind.Pods ? content.At("spec") : content.At("spec", "template", "spec");
        foreach (var container in pod.Items("containers").Concat(pod.Items("initContainers")))
        {
            foreach (var variable in container.Items("env"))
                Text(kind, variable["value"], "EnvVar.spec.template.spec.containers.env.value");
            foreach (var port in container.Items("ports"))
                Number(kind, port["containerPort"], "ContainerPort.spec.template.spec.containers.ports.containerPort");
        }
    }

    private static void Texts(ResourceKind kind, JsonObject? map, string field)
    {
        foreach (var (_, value) in map ?? [])
            Text(kind, value, field);
    }

    private static void Text(ResourceKind kind, JsonNode? value, string field)
    {
        if (value is not null && value.GetValueKind() != JsonValueKind.String)
            throw Undecodable(kind, value, field, "string");
    }

    private static void Number(ResourceKind kind, JsonNode? value, string field)
    {
        if (value is not null && value.GetValueKind() != JsonValueKind.Number)
            throw Undecodable(kind, value, field, "int32");
    }

    private static ApiException Undecodable(ResourceKind kind, JsonNode value, string field, string type)
    {
        var found = value.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Number => "number",
            JsonValueKind.String => "string",
            JsonValueKind.Array => "array",
            _ => "object",
        };
        return ApiException.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: json: cannot unmarshal {found} into Go struct field {field} of type {type}");
    }
}

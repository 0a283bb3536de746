using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Nodes;

/// <summary>The variables of a container, from its spec and what that refers to.</summary>
/// <param name="store">Where Secrets and ConfigMaps are.</param>
/// <param name="pod">The pod as it is.</param>
/// <param name="podIp">Its address.</param>
/// <param name="isHidden">True for a Secret that is as if it were not there.</param>
internal sealed partial class ContainerEnvironment(ClusterStore store, JsonObject pod, string podIp, Func<string, bool> isHidden)
{
    private readonly string space = pod.Text("metadata", "namespace") ?? "";

    /// <summary>All variables: the image's, those of whole Secrets and ConfigMaps, then the single ones.</summary>
    /// <exception cref="ContainerConfigException">Something is missing.</exception>
    public Dictionary<string, string> Of(JsonObject container, IReadOnlyDictionary<string, string> ofImage)
    {
        var variables = new Dictionary<string, string>(ofImage) { ["HOSTNAME"] = pod.Name() };
        variables.TryAdd("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        foreach (var source in container.Items("envFrom"))
            AddAll(variables, source);
        foreach (var variable in container.Items("env"))
            if (ValueOf(variable, variables) is { } value)
                variables[variable.Text("name")!] = value;
        return variables;
    }

    /// <summary>Puts values for <c>$(NAME)</c>; <c>$$(NAME)</c> stays as text, and so does what is unknown.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables) => Reference().Replace(text, match =>
        match.Value[1] == '$' ? match.Value[1..] : variables.GetValueOrDefault(match.Groups["name"].Value, match.Value));

    /// <summary>The data of a Secret or ConfigMap; null when it is optional and missing.</summary>
    /// <exception cref="ContainerConfigException">It is missing.</exception>
    public JsonObject? Data(ResourceKind kind, JsonObject reference)
    {
        var name = reference.Text("name") ?? reference.Text("secretName") ?? "";
        var found = kind == ResourceKind.Secrets && isHidden(name) ? null : store.Find(kind, space, name);
        if (found is not null)
            return found.Content.At("data") ?? [];
        return reference.Text("optional") == "true" ? null : throw new ContainerConfigException($"{kind.Kind.ToLowerInvariant()} \"{name}\" not found");
    }

    private void AddAll(Dictionary<string, string> variables, JsonObject source)
    {
        foreach (var (field, kind) in (ReadOnlySpan<(string, ResourceKind)>)[("configMapRef", ResourceKind.ConfigMaps), ("secretRef", ResourceKind.Secrets)])
            if (source.At(field) is { } reference && Data(kind, reference) is { } data)
                foreach (var (key, value) in data)
                    variables[source.Text("prefix") + key] = Decoded(kind, (string?)value ?? "");
    }

    private string? ValueOf(JsonObject variable, Dictionary<string, string> known)
    {
        if (variable.At("valueFrom") is not { } from)
            return Expand(variable.Text("value") ?? "", known);
        if (from.At("fieldRef") is { } field)
            return Field(field.Text("fieldPath") ?? "");
        return from.At("secretKeyRef") is { } secret ? Key(ResourceKind.Secrets, secret)
            : from.At("configMapKeyRef") is { } map ? Key(ResourceKind.ConfigMaps, map) : null;
    }

    private string? Key(ResourceKind kind, JsonObject reference)
    {
        if (Data(kind, reference) is not { } data)
            return null;
        var key = reference.Text("key") ?? "";
        if (data.Text(key) is { } value)
            return Decoded(kind, value);
        return reference.Text("optional") == "true" ? null : throw new ContainerConfigException($"couldn't find key {key} in {kind.Kind} {space}/{reference.Text("name")}");
    }

    private string Field(string path) => path switch
    {
        "status.podIP" or "status.podIPs" => podIp,
        "status.hostIP" => "127.0.0.1",
        _ when Subscript().Match(path) is { Success: true } match => pod.At("metadata", match.Groups["map"].Value).Text(match.Groups["key"].Value) ?? "",
        _ => pod.Text(path.Split('.')) ?? "",
    };

    private static string Decoded(ResourceKind kind, string value) => kind == ResourceKind.Secrets ? Encoding.UTF8.GetString(Convert.FromBase64String(value)) : value;

    [GeneratedRegex(@"\$?\$\((?<name>[^)]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();

    // metadata.labels['app.kubernetes.io/version']
    [GeneratedRegex(@"^metadata\.(?<map>labels|annotations)\['(?<key>[^']+)'\]$", RegexOptions.ExplicitCapture)]
    private static partial Regex Subscript();
}

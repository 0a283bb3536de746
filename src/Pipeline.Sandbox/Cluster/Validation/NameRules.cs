using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Validation;

/// <summary>How names and labels are written.</summary>
internal static partial class NameRules
{
    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string ServiceRule =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string ValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string KeyRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    public static void Check(ResourceKind kind, JsonObject content, FieldErrors errors)
    {
        var name = content.Text("metadata", "name") ?? "";
        if (name.Length == 0)
            errors.Required("metadata.name", "name or generateName is required");
        else if (kind.Group == "rbac.authorization.k8s.io")
            CheckPathSegment(name, errors);
        else if (kind == ResourceKind.Services)
            Check(name, "metadata.name", Service(), 63, ServiceRule, errors);
        else if (kind == ResourceKind.Namespaces)
            Check(name, "metadata.name", Label(), 63, LabelRule, errors);
        else
            Check(name, "metadata.name", Subdomain(), 253, SubdomainRule, errors);
        Labels(content.At("metadata", "labels"), "metadata.labels", errors);
    }

    public static void Labels(JsonObject? labels, string field, FieldErrors errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (!Key().IsMatch(key) || key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..].Length > 63)
                errors.Invalid(field, key, KeyRule);
            var text = value?.ToString() ?? "";
            if (text.Length > 63)
                errors.Invalid(field, text, "must be no more than 63 bytes");
            else if (!Value().IsMatch(text))
                errors.Invalid(field, text, ValueRule);
        }
    }

    /// <summary>The name of a container or volume.</summary>
    public static void Label(string name, string field, FieldErrors errors) => Check(name, field, Label(), 63, LabelRule, errors);

    private static void Check(string name, string field, Regex rule, int length, string text, FieldErrors errors)
    {
        if (name.Length > length)
            errors.Invalid(field, name, $"must be no more than {length} bytes");
        if (!rule.IsMatch(name))
            errors.Invalid(field, name, text);
    }

    private static void CheckPathSegment(string name, FieldErrors errors)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            errors.Invalid("metadata.name", name, "may not contain '/'");
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Service();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex Value();

    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex Key();
}

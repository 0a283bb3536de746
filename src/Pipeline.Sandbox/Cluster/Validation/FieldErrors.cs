using System.Net;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster.Validation;

/// <summary>Everything that is wrong with one object, in the API server's words.</summary>
internal sealed class FieldErrors
{
    private readonly List<(string Reason, string Field, string Text)> errors = [];

    public void Required(string field, string detail = "") => errors.Add(("FieldValueRequired", field, $"Required value{(detail.Length > 0 ? $": {detail}" : "")}"));

    public void Invalid(string field, JsonNode? value, string detail) =>
        errors.Add(("FieldValueInvalid", field, $"Invalid value: {value?.ToJsonString(Plain) ?? "null"}: {detail}"));

    public void Unsupported(string field, string value, params string[] supported) =>
        errors.Add(("FieldValueNotSupported", field, $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}"));

    public void Duplicate(string field, string value) => errors.Add(("FieldValueDuplicate", field, $"Duplicate value: \"{value}\""));

    public void NotFound(string field, string value) => errors.Add(("FieldValueNotFound", field, $"Not found: \"{value}\""));

    public void Forbidden(string field, string detail) => errors.Add(("FieldValueForbidden", field, $"Forbidden: {detail}"));

    public void TooLong(string field, string detail) => errors.Add(("FieldValueTooLong", field, $"Too long: {detail}"));

    /// <exception cref="ApiException">Invalid: something is wrong.</exception>
    public void Throw(ResourceKind kind, string name)
    {
        if (errors.Count == 0)
            return;
        var texts = errors.Select(e => $"{e.Field}: {e.Text}").ToList();
        var qualified = kind.Group.Length == 0 ? kind.Kind : $"{kind.Kind}.{kind.Group}";
        var details = new JsonObject { ["name"] = name, ["kind"] = kind.Kind };
        if (kind.Group.Length > 0)
            details["group"] = kind.Group;
        details["causes"] = new JsonArray([.. errors.Select(e => new JsonObject { ["reason"] = e.Reason, ["message"] = e.Text, ["field"] = e.Field })]);
        throw new ApiException(
            HttpStatusCode.UnprocessableEntity,
            "Invalid",
            $"{qualified} \"{name}\" is invalid: {(texts is [var only] ? only : $"[{string.Join(", ", texts)}]")}")
        { Details = details };
    }

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

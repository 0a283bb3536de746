using System.Net;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster;

/// <summary>A request that the API answers with a <c>Status</c> object.</summary>
/// <param name="code">The HTTP status.</param>
/// <param name="reason">The machine-readable word, as in <c>AlreadyExists</c>.</param>
/// <param name="message">The sentence, worded as the real API server words it: tools match on it.</param>
internal sealed class ApiException(HttpStatusCode code, string reason, string message) : Exception(message)
{
    public HttpStatusCode Code { get; } = code;

    public string Reason { get; } = reason;

    /// <summary>The Status object's <c>details</c>, where the real server gives some.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>What the real server says of a path that it does not serve.</summary>
    public static ApiException UnknownPath() => new(HttpStatusCode.NotFound, "NotFound", "the server could not find the requested resource");

    public static ApiException BadRequest(string message) => new(HttpStatusCode.BadRequest, "BadRequest", message);

    public static ApiException Forbidden(ResourceKind kind, string name, string why) =>
        new(HttpStatusCode.Forbidden, "Forbidden", $"{kind.QualifiedName} \"{name}\" is forbidden: {why}") { Details = About(kind, name) };

    public static ApiException MethodNotAllowed() =>
        new(HttpStatusCode.MethodNotAllowed, "MethodNotAllowed", "the server does not allow this method on the requested resource");

    public static ApiException NotFound(ResourceKind kind, string name) =>
        new(HttpStatusCode.NotFound, "NotFound", $"{kind.QualifiedName} \"{name}\" not found") { Details = About(kind, name) };

    public static ApiException AlreadyExists(ResourceKind kind, string name) =>
        new(HttpStatusCode.Conflict, "AlreadyExists", $"{kind.QualifiedName} \"{name}\" already exists") { Details = About(kind, name) };

    public static ApiException Conflict(ResourceKind kind, string name) => new(
        HttpStatusCode.Conflict, "Conflict",
        $"Operation cannot be fulfilled on {kind.QualifiedName} \"{name}\": the object has been modified; please apply your changes to the latest version and try again")
    {
        Details = About(kind, name),
    };

    /// <summary>A watch or a continued list from a position that is no longer kept.</summary>
    public static ApiException Gone(long asked, long oldest) =>
        new(HttpStatusCode.Gone, "Expired", $"too old resource version: {asked} ({oldest})");

    /// <summary>A configuration to apply with fields that its kind has not; the real server calls it an error of its own.</summary>
    public static ApiException Untyped(ResourceKind kind, string? space, string name, IReadOnlyList<string> fields)
    {
        var errors = fields.Select(f => $".{f}: field not declared in schema").ToList();
        var group = kind.Group.Length == 0 ? $"/{kind.Version}" : kind.ApiVersion;
        return new ApiException(
            HttpStatusCode.InternalServerError, "",
            $"failed to create typed patch object ({space}/{name}; {group}, Kind={kind.Kind}): {(errors.Count == 1 ? errors[0] : $"errors:\n  {string.Join("\n  ", errors)}")}");
    }

    private static JsonObject About(ResourceKind kind, string name)
    {
        var about = new JsonObject { ["name"] = name };
        if (kind.Group.Length > 0)
            about["group"] = kind.Group;
        about["kind"] = kind.Plural;
        return about;
    }
}

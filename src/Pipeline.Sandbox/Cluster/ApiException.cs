using System.Net;

namespace Pipeline.Sandbox.Cluster;

/// <summary>A request that the API answers with a <c>Status</c> object.</summary>
/// <param name="code">The HTTP status.</param>
/// <param name="reason">The machine-readable word, as in <c>AlreadyExists</c>.</param>
/// <param name="message">The sentence, worded as the real API server words it: tools match on it.</param>
internal sealed class ApiException(HttpStatusCode code, string reason, string message) : Exception(message)
{
    public HttpStatusCode Code { get; } = code;

    public string Reason { get; } = reason;

    public static ApiException NotFound(ResourceKind kind, string name) =>
        new(HttpStatusCode.NotFound, "NotFound", $"{kind.QualifiedName} \"{name}\" not found");

    public static ApiException AlreadyExists(ResourceKind kind, string name) =>
        new(HttpStatusCode.Conflict, "AlreadyExists", $"{kind.QualifiedName} \"{name}\" already exists");

    public static ApiException Conflict(ResourceKind kind, string name) => new(
        HttpStatusCode.Conflict, "Conflict",
        $"Operation cannot be fulfilled on {kind.QualifiedName} \"{name}\": the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>A watch or a continued list from a position that is no longer kept.</summary>
    public static ApiException Gone(long asked, long oldest) =>
        new(HttpStatusCode.Gone, "Expired", $"too old resource version: {asked} ({oldest})");
}

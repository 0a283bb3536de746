using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Errors;

namespace Pipeline.Cluster;

/// <summary>The Kubernetes API answered with an error.</summary>
/// <param name="message">What was asked and what the server said.</param>
/// <param name="status">The HTTP status.</param>
/// <param name="reason">The <c>reason</c> of the server's Status object, as in <c>Conflict</c>.</param>
/// <param name="details">The <c>details</c> of the server's Status object; null when it gave none.</param>
public sealed class ClusterRequestException(string message, HttpStatusCode status, string? reason, JsonObject? details = null) : FailureException(message)
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>The <c>reason</c> of the server's Status object.</summary>
    public string? Reason { get; } = reason;

    /// <summary>Field by field what the server objects to; each has <c>field</c>, <c>reason</c> and <c>message</c>.</summary>
    public IReadOnlyList<JsonObject> Causes { get; } = [.. details.Items("causes")];

    /// <summary>The object was changed, or made, by somebody else in between.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict;

    /// <summary>Another manager owns fields that were to be applied: the one conflict that does not pass.</summary>
    public bool IsOfFields => IsConflict && (Causes.Any(c => c.Text("reason") == "FieldManagerConflict") || Message.Contains("Apply failed with ", StringComparison.Ordinal));

    /// <summary>
    /// It may be taken in a moment: what it touches, a quota's count for instance, was changed in between (kubernetes/kubernetes#67761); or
    /// the server has just started, or has not counted a new quota yet, and forbids everything until it has.
    /// </summary>
    public bool IsPassing => (IsConflict && !IsOfFields)
        || (IsForbidden && (Message.Contains("not yet ready to handle request", StringComparison.Ordinal) || Message.Contains("status unknown for quota", StringComparison.Ordinal)));

    /// <summary>The user of this context has no right to do it.</summary>
    public bool IsForbidden => Status == HttpStatusCode.Forbidden;

    /// <summary>The user has no such right at all; another 403 comes from an admission rule such as a quota, whatever the rights.</summary>
    // deployments.apps "api" is forbidden: User "deployer" cannot patch resource "deployments" in API group "apps" in the namespace "production"
    public bool LacksRight => IsForbidden && Message.Contains("forbidden: User \"", StringComparison.Ordinal);
}

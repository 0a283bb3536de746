using System.Net;
using Pipeline.Errors;

namespace Pipeline.Cluster;

/// <summary>The Kubernetes API answered with an error.</summary>
/// <param name="message">What was asked and what the server said.</param>
/// <param name="status">The HTTP status.</param>
/// <param name="reason">The <c>reason</c> of the server's Status object, as in <c>Conflict</c>.</param>
public sealed class ClusterRequestException(string message, HttpStatusCode status, string? reason) : FailureException(message)
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>The <c>reason</c> of the server's Status object.</summary>
    public string? Reason { get; } = reason;

    /// <summary>The object was changed, or made, by somebody else in between.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict;

    /// <summary>The user of this context has no right to do it.</summary>
    public bool IsForbidden => Status == HttpStatusCode.Forbidden;
}

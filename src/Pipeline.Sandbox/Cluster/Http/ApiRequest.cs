using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Cluster.Access;
using Pipeline.Sandbox.Cluster.Apply;
using Pipeline.Sandbox.Cluster.Kinds;
using Pipeline.Sandbox.Cluster.Writing;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>A request for a resource, as far as address and query say what is wanted.</summary>
/// <param name="Http">The request.</param>
/// <param name="User">Who asks.</param>
/// <param name="Served">The kind.</param>
/// <param name="Path">The address.</param>
internal sealed record ApiRequest(HttpContext Http, User User, ServedKind Served, ResourcePath Path)
{
    public ResourceKind Kind => Served.Kind;

    public string Name => Path.Name;

    /// <summary>The namespace; null for cluster-wide kinds and for all namespaces.</summary>
    public string? Namespace => Path.Namespace.Length > 0 ? Path.Namespace : null;

    public CancellationToken Aborted => Http.RequestAborted;

    public bool IsWatch => Flag("watch");

    public bool IsDryRun => Query("dryRun") == "All";

    /// <summary>What RBAC calls the request.</summary>
    public string Verb => Http.Request.Method switch
    {
        "GET" or "HEAD" => IsWatch ? "watch" : Name.Length > 0 ? "get" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => Name.Length > 0 ? "delete" : "deletecollection",
        _ => throw ApiException.MethodNotAllowed(),
    };

    /// <summary>A query parameter, or null.</summary>
    public string? Query(string name) => Http.Request.Query[name].FirstOrDefault() is { Length: > 0 } value ? value : null;

    public bool Flag(string name) => Query(name) is "true" or "1";

    /// <exception cref="ApiException">BadRequest: it is no number.</exception>
    public long? Number(string name)
    {
        if (Query(name) is not { } text)
            return null;
        return long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    /// <summary>True when the client reads tables, as <c>kubectl get</c> does.</summary>
    public bool WantsTable => Http.Request.Headers.Accept.ToString().Contains("as=Table", StringComparison.Ordinal);

    public WriteOptions WriteOptions(string? subresource = null, bool isApply = false)
    {
        var manager = Query("fieldManager") ?? (Http.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent.Split('/')[0] : "unknown");
        var owner = isApply ? null : new Manager(manager, IsApply: false, Kind.ApiVersion, subresource ?? Path.Subresource);
        return new WriteOptions(owner, Path.Subresource == "status" ? "status" : "", IsDryRun, IsRequest: true);
    }
}

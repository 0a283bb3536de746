using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>An object that is sent must be the one that the address names.</summary>
internal static class ObjectIdentity
{
    /// <exception cref="ApiException">BadRequest.</exception>
    public static void Check(ApiRequest request, JsonObject body)
    {
        // Typed clients leave kind and version out.
        if (body.Text("apiVersion") is { Length: > 0 } version && version != request.Kind.ApiVersion)
            throw ApiException.BadRequest($"the API version in the data ({version}) does not match the expected API version ({request.Kind.ApiVersion})");
        if (body.Text("kind") is { Length: > 0 } kind && kind != request.Kind.Kind)
            throw ApiException.BadRequest($"{kind} in version \"{request.Kind.Version}\" cannot be handled as a {request.Kind.Kind}: no kind \"{kind}\" is registered for this address");
        if (body["metadata"] is null)
            body["metadata"] = new JsonObject();
        if (request.Name.Length > 0 && body.Text("metadata", "name") is { Length: > 0 } name && name != request.Name)
            throw ApiException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        if (body.Text("metadata", "namespace") is { Length: > 0 } space && request.Kind.IsNamespaced && space != request.Namespace)
            throw ApiException.BadRequest($"the namespace of the provided object does not match the namespace sent on the request");
        if (request.Name.Length > 0)
            body["metadata"]!["name"] = request.Name;
    }
}

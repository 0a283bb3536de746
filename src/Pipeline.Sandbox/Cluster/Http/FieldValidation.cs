using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster.Validation;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>What becomes of fields that a kind has not: by the request's <c>fieldValidation</c> it is refused, warned of, or nothing is said.</summary>
internal static class FieldValidation
{
    /// <summary>Takes the fields out.</summary>
    /// <exception cref="ApiException">BadRequest: the request is strict.</exception>
    public static void Apply(ApiRequest request, JsonObject content)
    {
        var undeclared = DeclaredFields.Undeclared(request.Kind, content, remove: true).Select(f => $"unknown field \"{f}\"").ToList();
        var mode = request.Query("fieldValidation") ?? "Warn";
        if (undeclared.Count > 0 && mode == "Strict")
            throw ApiException.BadRequest(
                $"{request.Kind.Kind} in version \"{request.Kind.Version}\" cannot be handled as a {request.Kind.Kind}: strict decoding error: {string.Join(", ", undeclared)}");
        if (mode == "Warn")
            foreach (var warning in undeclared)
                request.Http.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
    }

    /// <summary>A configuration that is applied by the server is refused whatever the request says: nobody could own such a field.</summary>
    /// <exception cref="ApiException">It has fields that its kind has not.</exception>
    public static void RequireDeclared(ApiRequest request, JsonObject wanted)
    {
        if (DeclaredFields.Undeclared(request.Kind, wanted, remove: false) is { Count: > 0 } undeclared)
            throw ApiException.Untyped(request.Kind, request.Namespace, wanted.Name(), undeclared);
    }
}

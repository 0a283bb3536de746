using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Registry;

/// <summary>A request that the registry refuses.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The machine-readable word, as in <c>BLOB_UNKNOWN</c>.</param>
/// <param name="message">The sentence, worded as the real registry words it: clients show it.</param>
/// <param name="details">What it is about; one error is written for each, and one when there is none.</param>
internal sealed class RegistryException(int status, string code, string message, params IEnumerable<JsonNode> details) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public static RegistryException BlobUnknown(string digest) =>
        new(StatusCodes.Status404NotFound, "BLOB_UNKNOWN", "blob unknown to registry", digest);

    public static RegistryException ManifestUnknown(params IEnumerable<JsonNode> details) =>
        new(StatusCodes.Status404NotFound, "MANIFEST_UNKNOWN", "manifest unknown", details);

    public static RegistryException ManifestInvalid(string why) =>
        new(StatusCodes.Status400BadRequest, "MANIFEST_INVALID", "manifest invalid", why);

    public static RegistryException DigestInvalid(params IEnumerable<JsonNode> details) =>
        new(StatusCodes.Status400BadRequest, "DIGEST_INVALID", "provided digest did not match uploaded content", details);

    public static RegistryException UploadUnknown() =>
        new(StatusCodes.Status404NotFound, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");

    public static RegistryException NameUnknown(string name) =>
        new(StatusCodes.Status404NotFound, "NAME_UNKNOWN", "repository name not known to registry", new JsonObject { ["name"] = name });

    /// <summary>Answers the request with it.</summary>
    public async Task WriteAsync(HttpResponse response, CancellationToken cancellation)
    {
        var errors = new JsonArray([.. details.Select(Error).DefaultIfEmpty(Error(null))]);
        response.StatusCode = Status;
        await response.WriteJsonAsync(new JsonObject { ["errors"] = errors }, "application/json; charset=utf-8", cancellation);
    }

    private JsonObject Error(JsonNode? detail)
    {
        var error = new JsonObject { ["code"] = Code, ["message"] = Message };
        if (detail is not null)
            error["detail"] = detail.DeepClone();
        return error;
    }
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Registry;

/// <summary>Manifests by tag and by digest.</summary>
/// <param name="manifests">Where they are kept.</param>
internal sealed class ManifestEndpoint(ManifestStore manifests)
{
    private const int Limit = 4 << 20;

    /// <summary>GET and HEAD of a manifest.</summary>
    public async Task GetAsync(HttpContext http, string repository, string reference)
    {
        var manifest = manifests.Find(repository, reference) ?? throw Unknown(repository, reference);
        RefuseUnwanted(http.Request, manifest);
        var response = http.Response;
        response.ContentType = manifest.Type;
        response.ContentLength = manifest.Bytes.Length;
        response.Headers["Docker-Content-Digest"] = $"{manifest.Digest}";
        response.Headers.ETag = $"\"{manifest.Digest}\"";
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(manifest.Bytes, http.RequestAborted);
    }

    /// <summary>PUT of a manifest.</summary>
    public async Task PutAsync(HttpContext http, string repository, string reference)
    {
        var manifest = Manifest.Parse(http.Request.ContentType?.Split(';')[0].Trim(), await ReadAsync(http));
        var isDigest = reference.Contains(':', StringComparison.Ordinal);
        if (isDigest && reference != $"{manifest.Digest}")
            throw RegistryException.DigestInvalid();
        manifests.Put(repository, manifest, isDigest ? null : reference);
        http.Response.StatusCode = StatusCodes.Status201Created;
        http.Response.ContentLength = 0;
        http.Response.Headers.Location = $"http://{http.Request.Host}/v2/{repository}/manifests/{manifest.Digest}";
        http.Response.Headers["Docker-Content-Digest"] = $"{manifest.Digest}";
        if (manifest.Content.Text("subject", "digest") is { } subject)
            http.Response.Headers["OCI-Subject"] = subject;
    }

    /// <summary>DELETE of a manifest with its tags, or of a tag alone.</summary>
    public Task DeleteAsync(HttpContext http, string repository, string reference)
    {
        if (!manifests.Remove(repository, reference))
            throw RegistryException.ManifestUnknown();
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static RegistryException Unknown(string repository, string reference) => RegistryException.ManifestUnknown(
        reference.Contains(':', StringComparison.Ordinal)
            ? new JsonObject { ["Name"] = repository, ["Revision"] = reference }
            : new JsonObject { ["Tag"] = reference });

    // The real registry does not convert OCI documents either; a client that does not name their type gets none, not even with "*/*".
    private static void RefuseUnwanted(HttpRequest request, Manifest manifest)
    {
        if (manifest.Type is Manifest.DockerImage or Manifest.DockerList
            || request.Headers.Accept.Any(a => a is not null && a.Contains(manifest.Type, StringComparison.OrdinalIgnoreCase)))
            return;
        var (one, many) = manifest.IsIndex ? ("index", "indexes") : ("manifest", "manifests");
        throw new RegistryException(
            StatusCodes.Status404NotFound, "MANIFEST_UNKNOWN", $"OCI {one} found, but accept header does not support OCI {many}", Array.Empty<JsonNode>());
    }

    private static async Task<byte[]> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is > 0 and var read)
        {
            await body.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
            if (body.Length > Limit)
                throw RegistryException.ManifestInvalid("http: request body too large");
        }

        return body.ToArray();
    }
}

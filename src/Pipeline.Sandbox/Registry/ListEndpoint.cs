using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Registry;

/// <summary>What there is: repositories, tags, and manifests that belong to another one.</summary>
/// <param name="blobs">Knows the repositories.</param>
/// <param name="manifests">Knows the tags.</param>
internal sealed class ListEndpoint(BlobStore blobs, ManifestStore manifests)
{
    private const string Json = "application/json; charset=utf-8";

    /// <summary>GET of all repositories' names.</summary>
    public Task CatalogAsync(HttpContext http) =>
        http.Response.WriteJsonAsync(new JsonObject { ["repositories"] = Page(http, blobs.Repositories()) }, Json, http.RequestAborted);

    /// <summary>GET of a repository's tags.</summary>
    public Task TagsAsync(HttpContext http, string repository)
    {
        if (!Directory.Exists(blobs.Repository(repository)))
            throw RegistryException.NameUnknown(repository);
        return http.Response.WriteJsonAsync(new JsonObject { ["name"] = repository, ["tags"] = Page(http, manifests.Tags(repository)) }, Json, http.RequestAborted);
    }

    /// <summary>GET of what belongs to a manifest; an index without entries when nothing does.</summary>
    public Task ReferrersAsync(HttpContext http, string repository, string reference)
    {
        if (!Digest.TryParse(reference, out var subject))
            throw RegistryException.DigestInvalid(reference);
        var type = http.Request.Query["artifactType"].ToString();
        if (type.Length > 0)
            http.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        var entries = manifests.Referrers(repository, subject).Select(Descriptor).Where(d => type.Length == 0 || d.Text("artifactType") == type);
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Manifest.OciIndex, ["manifests"] = new JsonArray([.. entries]) };
        return http.Response.WriteJsonAsync(index, Manifest.OciIndex, http.RequestAborted);
    }

    private static JsonObject Descriptor(Manifest manifest)
    {
        var descriptor = new JsonObject { ["mediaType"] = manifest.Type, ["digest"] = $"{manifest.Digest}", ["size"] = manifest.Bytes.Length };
        if ((manifest.Content.Text("artifactType") ?? manifest.Content.Text("config", "mediaType")) is { } type)
            descriptor["artifactType"] = type;
        if (manifest.Content.At("annotations") is { } annotations)
            descriptor["annotations"] = annotations.DeepClone();
        return descriptor;
    }

    /// <summary>The names that the request asks for; says in the Link header how to go on.</summary>
    private static JsonArray Page(HttpContext http, IReadOnlyList<string> names)
    {
        var query = http.Request.Query;
        var last = query["last"].ToString();
        IEnumerable<string> rest = last.Length == 0 ? names : names.Where(n => string.CompareOrdinal(n, last) > 0);
        if (!query.ContainsKey("n"))
            return Array(rest);
        if (!int.TryParse(query["n"], out var limit) || limit < 0)
            throw new RegistryException(
                StatusCodes.Status400BadRequest, "PAGINATION_NUMBER_INVALID", "invalid number of results requested", query["n"].ToString());
        var page = rest.Take(limit + 1).ToList();
        if (page.Count > limit && limit > 0)
            http.Response.Headers.Link = $"<{http.Request.Path}?last={Uri.EscapeDataString(page[limit - 1])}&n={limit}>; rel=\"next\"";
        return Array(page.Take(limit));
    }

    private static JsonArray Array(IEnumerable<string> names) => [.. names.Select(n => (JsonNode)n)];
}

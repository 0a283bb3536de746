using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Registry;

/// <summary>Finds out what a request to the registry is about, and hands it on.</summary>
internal sealed partial class RegistryApi
{
    private readonly RegistryFaults faults;
    private readonly RegistryDoor door;
    private readonly BlobEndpoint blobs;
    private readonly UploadEndpoint uploads;
    private readonly ManifestEndpoint manifests;
    private readonly ListEndpoint lists;

    public RegistryApi(RegistryOptions options, BlobStore blobs, ManifestStore manifests)
    {
        faults = new RegistryFaults(options.Faults, options.Time);
        door = new RegistryDoor(options.Account);
        this.blobs = new BlobEndpoint(blobs);
        uploads = new UploadEndpoint(blobs);
        this.manifests = new ManifestEndpoint(manifests);
        lists = new ListEndpoint(blobs, manifests);
    }

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        if (await faults.AnswerAsync(http) || await door.AnswerTokenRequestAsync(http))
            return;
        http.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        try
        {
            door.Check(http);
            await RouteAsync(http);
        }
        catch (RegistryException e)
        {
            await e.WriteAsync(http.Response, http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away: nobody reads an answer.
        }
    }

    private Task RouteAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (path is "/v2/" or "/v2")
            return http.Response.WriteJsonAsync(new System.Text.Json.Nodes.JsonObject(), "application/json; charset=utf-8", http.RequestAborted);
        if (path == "/v2/_catalog")
            return lists.CatalogAsync(http);
        if (Route().Match(path) is not { Success: true } match)
            return PlainAsync(http, StatusCodes.Status404NotFound, "404 page not found");
        var (name, reference) = (match.Groups["name"].Value, match.Groups["reference"].Value);
        return (http.Request.Method, match.Groups["what"].Value) switch
        {
            ("GET" or "HEAD", "manifests") => manifests.GetAsync(http, name, reference),
            ("PUT", "manifests") => manifests.PutAsync(http, name, reference),
            ("DELETE", "manifests") => manifests.DeleteAsync(http, name, reference),
            ("POST", "blobs/uploads") when reference.Length == 0 => uploads.StartAsync(http, name),
            ("PATCH", "blobs/uploads") => uploads.AppendAsync(http, name, reference),
            ("PUT", "blobs/uploads") => uploads.FinishAsync(http, name, reference),
            ("GET" or "HEAD", "blobs/uploads") => uploads.StatusAsync(http, name, reference),
            ("DELETE", "blobs/uploads") => uploads.CancelAsync(http, name, reference),
            ("GET" or "HEAD", "blobs") => blobs.GetAsync(http, name, reference),
            ("DELETE", "blobs") => blobs.DeleteAsync(http, name, reference),
            ("GET", "tags") when reference == "list" => lists.TagsAsync(http, name),
            ("GET", "referrers") => lists.ReferrersAsync(http, name, reference),
            _ => PlainAsync(http, StatusCodes.Status405MethodNotAllowed, "Method not allowed"),
        };
    }

    // /v2/team/api/manifests/sha256:94c9…   /v2/team/api/blobs/uploads/46461998-222e-4507-9170-545a085b4a66
    [GeneratedRegex(
        @"\A/v2/(?<name>[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)/"
        + @"((?<what>blobs/uploads)/(?<reference>[^/]*)|(?<what>manifests)/(?<reference>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|[a-z0-9]+:[0-9a-fA-F]+)"
        + @"|(?<what>blobs|referrers)/(?<reference>[a-z0-9]+:[0-9a-fA-F]+)|(?<what>tags)/(?<reference>list))\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Route();

    private static Task PlainAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text + "\n", http.RequestAborted);
    }
}

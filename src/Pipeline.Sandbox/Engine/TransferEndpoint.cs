using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>Pulling, pushing, and looking at what a registry has.</summary>
/// <param name="images">The engine's images.</param>
/// <param name="pull">Gets images.</param>
/// <param name="push">Brings images.</param>
internal sealed class TransferEndpoint(ImageStore images, ImagePull pull, ImagePush push)
{
    private const string LoginHeader = "X-Registry-Auth";

    /// <summary>POST of <c>/images/create</c>.</summary>
    public async Task PullAsync(HttpContext http, MessageStream output)
    {
        var query = http.Request.Query;
        if (query["fromImage"].ToString() is not { Length: > 0 } from)
            throw new EngineException(501, "this engine imports no archives; it pulls images");
        var tag = query["tag"].ToString();
        var name = Parse(tag.Length == 0 ? from : tag.StartsWith("sha256:", StringComparison.Ordinal) ? $"{from}@{tag}" : $"{from}:{tag}");
        var before = images.Find($"{name}")?.Id;
        var image = await pull.RunAsync(name, name, EngineLogin.Parse(http.Request.Headers[LoginHeader]), http.RequestAborted);
        await output.StatusAsync($"Pulling from {name.Path}", name.Reference, http.RequestAborted);
        var digest = image.Names.FirstOrDefault(n => n.StartsWith($"{name.Repository}@", StringComparison.Ordinal))?.Split('@')[1];
        await output.StatusAsync($"Digest: {digest}", null, http.RequestAborted);
        await output.StatusAsync($"Status: {(before == image.Id ? "Image is up to date" : "Downloaded newer image")} for {name}", null, http.RequestAborted);
    }

    /// <summary>POST of <c>/images/NAME/push</c>.</summary>
    public async Task PushAsync(HttpContext http, MessageStream output, string repository)
    {
        var tag = http.Request.Query["tag"].ToString();
        var name = Parse(tag.Length == 0 ? repository : $"{repository}:{tag}");
        await output.StatusAsync($"The push refers to repository [{name.Host}/{name.Path}]", null, http.RequestAborted);
        var image = images.Find($"{name}") ?? throw EngineException.Failed($"An image does not exist locally with the tag: {name.Repository}");
        var digest = await push.RunAsync(image, name, EngineLogin.Parse(http.Request.Headers[LoginHeader]), output, http.RequestAborted);
        images.Name(name with { Tag = null, Digest = $"{digest}" }, image.Id);
    }

    /// <summary>GET of <c>/distribution/NAME/json</c>.</summary>
    public static async Task InspectRemoteAsync(HttpContext http, string text)
    {
        var name = Parse(text);
        using var registry = new RegistrySession(name, EngineLogin.Parse(http.Request.Headers[LoginHeader]));
        await registry.PingAsync(http.RequestAborted);
        var manifest = await registry.ManifestAsync(name.Reference, http.RequestAborted);
        var platforms = manifest.IsIndex
            ? manifest.Content.Items("manifests").Select(m => m.At("platform")?.DeepClone())
            : [await PlatformAsync(registry, manifest, http.RequestAborted)];
        await http.Response.WriteJsonAsync(
            new JsonObject
            {
                ["Descriptor"] = new JsonObject { ["mediaType"] = manifest.Type, ["digest"] = $"{manifest.Digest}", ["size"] = manifest.Bytes.Length },
                ["Platforms"] = new JsonArray([.. platforms.Where(p => p is not null)]),
            },
            "application/json",
            http.RequestAborted);
    }

    private static async Task<JsonNode?> PlatformAsync(RegistrySession registry, Manifest manifest, CancellationToken cancellation)
    {
        var config = await registry.BlobAsync(
            manifest.Content.Text("config", "digest")!, async content => await JsonNode.ParseAsync(content, cancellationToken: cancellation), cancellation);
        return new JsonObject { ["architecture"] = $"{config?["architecture"]}", ["os"] = $"{config?["os"]}" };
    }

    private static ImageName Parse(string text)
    {
        try
        {
            return ImageName.Parse(text);
        }
        catch (FormatException e)
        {
            throw new EngineException(400, e.Message);
        }
    }
}

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Tests.Images;

/// <summary>An engine that says what a test wants it to say.</summary>
internal sealed class LoopbackEngine(LoopbackRegistry? registry = null) : LoopbackServer
{
    private readonly ConcurrentDictionary<string, JsonObject> images = new();

    /// <summary>What it streams instead of building.</summary>
    public string? BuildAnswer { get; set; }

    /// <summary>What it streams instead of pushing.</summary>
    public string? PushAnswer { get; set; }

    /// <summary>The platform that it really builds for.</summary>
    public string Architecture { get; init; } = "amd64";

    public string RegistryConfig { get; private set; } = "";

    public string Query { get; private set; } = "";

    protected override Task AnswerAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/_ping" => context.Response.WriteAsync("OK"),
        "/build" => BuildAsync(context),
        var path when path!.EndsWith("/json", StringComparison.Ordinal) => InspectAsync(context, path["/images/".Length..^"/json".Length]),
        var path when path!.EndsWith("/tag", StringComparison.Ordinal) => TagAsync(context, path["/images/".Length..^"/tag".Length]),
        var path => PushAsync(context, path!["/images/".Length..^"/push".Length]),
    };

    private async Task BuildAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        Query = context.Request.QueryString.Value!;
        RegistryConfig = context.Request.Headers["X-Registry-Config"].ToString();
        if (BuildAnswer is null)
        {
            var image = new JsonObject
            {
                ["Id"] = "sha256:1",
                ["Os"] = "linux",
                ["Architecture"] = Architecture,
                ["Config"] = new JsonObject { ["Labels"] = JsonNode.Parse(context.Request.Query["labels"].ToString()) },
            };
            foreach (var name in context.Request.Query["t"])
                images[name!] = image;
        }

        await context.Response.WriteAsync(BuildAnswer ?? """{"stream":"Step 1/1 : FROM x\n"}""");
    }

    private async Task InspectAsync(HttpContext context, string name)
    {
        if (images.TryGetValue(name, out var image))
            await context.Response.WriteAsync(image.ToJsonString());
        else
            context.Response.StatusCode = 404;
    }

    private Task TagAsync(HttpContext context, string name)
    {
        images[$"{context.Request.Query["repo"]}:{context.Request.Query["tag"]}"] = images[name];
        context.Response.StatusCode = 201;
        return Task.CompletedTask;
    }

    private Task PushAsync(HttpContext context, string name)
    {
        if (PushAnswer is not null)
            return context.Response.WriteAsync(PushAnswer);
        var tag = context.Request.Query["tag"].ToString();
        var digest = registry!.Store(name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..], tag, images[$"{name}:{tag}"].ToJsonString());
        return context.Response.WriteAsync($$$"""{"status":"Pushing","id":"a1","progressDetail":{"current":5,"total":4}}{"aux":{"Tag":"{{{tag}}}","Digest":"{{{digest}}}","Size":7}}""");
    }
}

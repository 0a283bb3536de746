using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Tests.Images;

/// <summary>A Docker engine that says what the test wants it to say.</summary>
internal sealed partial class LoopbackEngine : LoopbackServer
{
    /// <summary>Labels of each image by name.</summary>
    public ConcurrentDictionary<string, Dictionary<string, string>> Images { get; } = new();

    /// <summary>The lines of a build's answer, and whether there is an image afterwards.</summary>
    public (string[] Lines, bool Succeeds) Build { get; set; } = (["""{"stream":"Step 1/1 : FROM scratch\n"}""", """{"aux":{"ID":"sha256:77"}}""", """{"stream":"Successfully built 77\n"}"""], true);

    /// <summary>What a push answers, given the image's name and tag.</summary>
    public Func<string, string, string[]> Push { get; set; } = (_, _) => [];

    /// <summary>The processor of what is built.</summary>
    public string Architecture { get; set; } = "amd64";

    /// <summary>Breaks the connection off after the lines.</summary>
    public bool BreaksOff { get; set; }

    protected override Task AnswerAsync(HttpContext context)
    {
        var path = Version().Replace(context.Request.Path.Value!, "");
        if (path.EndsWith("/_ping", StringComparison.Ordinal))
            return context.Response.WriteAsync("OK");
        if (path == "/build")
            return BuildAsync(context);
        var (name, what) = (path["/images/".Length..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]);
        return what switch
        {
            "json" => InspectAsync(context, Uri.UnescapeDataString(name)),
            "tag" => TagAsync(context, Uri.UnescapeDataString(name)),
            _ => SayAsync(context, Push(Uri.UnescapeDataString(name), context.Request.Query["tag"]!)),
        };
    }

    private async Task BuildAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        if (Build.Succeeds)
            foreach (var name in context.Request.Query["t"])
                Images[name!] = JsonSerializer.Deserialize<Dictionary<string, string>>(context.Request.Query["labels"].ToString())!;
        await SayAsync(context, Build.Lines);
    }

    private Task InspectAsync(HttpContext context, string name)
    {
        context.Response.ContentType = "application/json";
        if (Images.TryGetValue(name, out var labels))
            return context.Response.WriteAsync(new JsonObject
            {
                ["Id"] = "sha256:77",
                ["Os"] = "linux",
                [nameof(Architecture)] = Architecture,
                ["Config"] = new JsonObject { ["Labels"] = JsonSerializer.SerializeToNode(labels) },
            }.ToJsonString());
        context.Response.StatusCode = 404;
        return context.Response.WriteAsync("""{"message":"No such image"}""");
    }

    private Task TagAsync(HttpContext context, string name)
    {
        Images[$"{context.Request.Query["repo"]}:{context.Request.Query["tag"]}"] = Images[name];
        context.Response.StatusCode = 201;
        return Task.CompletedTask;
    }

    private async Task SayAsync(HttpContext context, string[] lines)
    {
        context.Response.ContentType = "application/json";
        foreach (var line in lines)
            await context.Response.WriteAsync(line + "\r\n");
        await context.Response.Body.FlushAsync();
        if (BreaksOff)
            context.Abort();
    }

    [GeneratedRegex(@"^/v[0-9.]+")]
    private static partial Regex Version();
}

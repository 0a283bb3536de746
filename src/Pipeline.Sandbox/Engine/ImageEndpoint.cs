using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>The engine's images: looking at them, naming them, removing them.</summary>
/// <param name="images">Where they are kept.</param>
/// <param name="layers">Where their layers are kept.</param>
internal sealed class ImageEndpoint(ImageStore images, LayerStore layers)
{
    /// <summary>GET of <c>/images/NAME/json</c>.</summary>
    public Task InspectAsync(HttpContext http, string name)
    {
        var image = images.Get(name);
        var answer = new JsonObject
        {
            ["Id"] = $"{image.Id}",
            ["RepoTags"] = Names(image, isDigest: false),
            ["RepoDigests"] = Names(image, isDigest: true),
            ["Parent"] = "",
            ["Comment"] = "",
            ["Created"] = image.Config["created"]?.DeepClone(),
            ["DockerVersion"] = "",
            ["Author"] = image.Config.Text("author") ?? "",
            ["Config"] = image.Config["config"]?.DeepClone(),
            ["Architecture"] = image.Config["architecture"]?.DeepClone(),
            ["Variant"] = image.Config["variant"]?.DeepClone(),
            ["Os"] = image.Config["os"]?.DeepClone(),
            ["Size"] = Size(image),
            ["VirtualSize"] = Size(image),
            ["GraphDriver"] = new JsonObject { ["Name"] = "files", ["Data"] = null },
            ["RootFS"] = new JsonObject { ["Type"] = "layers", ["Layers"] = BuildStage.Texts(image.Layers.Select(l => $"{l}")) },
            ["Metadata"] = new JsonObject { ["LastTagTime"] = "0001-01-01T00:00:00Z" },
        };
        if (answer["Variant"] is null)
            answer.Remove("Variant");
        return WriteAsync(http, answer);
    }

    /// <summary>GET of <c>/images/json</c>; filters by name.</summary>
    public Task ListAsync(HttpContext http)
    {
        var wanted = Wanted(http.Request.Query["filters"]);
        var list = images.All().Where(i => wanted is null || i.Names.Any(n => n == wanted || n.Split('@')[0].StartsWith(wanted + ":", StringComparison.Ordinal)));
        return WriteAsync(http, new JsonArray([.. list.Select(i => (JsonNode)new JsonObject
        {
            ["Id"] = $"{i.Id}",
            ["ParentId"] = "",
            ["RepoTags"] = Names(i, isDigest: false),
            ["RepoDigests"] = Names(i, isDigest: true),
            ["Created"] = Seconds(i.Config),
            ["Size"] = Size(i),
            ["VirtualSize"] = Size(i),
            ["SharedSize"] = -1,
            ["Containers"] = -1,
            ["Labels"] = i.Config["config"]?["Labels"]?.DeepClone(),
        })]));
    }

    /// <summary>GET of <c>/images/NAME/history</c>: the last step first.</summary>
    public Task HistoryAsync(HttpContext http, string name)
    {
        var image = images.Get(name);
        var rest = new Queue<Digest>(image.Layers);
        var steps = new List<JsonObject>();
        foreach (var step in image.Config.Items("history"))
        {
            var layer = step.Text("empty_layer") == "true" || rest.Count == 0 ? null : layers.Find(rest.Dequeue());
            steps.Insert(0, new JsonObject
            {
                ["Id"] = "<missing>",
                ["Created"] = Seconds(step),
                ["CreatedBy"] = step.Text("created_by") ?? "",
                ["Comment"] = step.Text("comment") ?? "",
                ["Size"] = layer?.Size ?? 0,
                ["Tags"] = null,
            });
        }

        if (steps.Count > 0)
            (steps[0]["Id"], steps[0]["Tags"]) = ($"{image.Id}", Names(image, isDigest: false));
        return WriteAsync(http, new JsonArray([.. steps]));
    }

    /// <summary>POST of <c>/images/NAME/tag</c>.</summary>
    public Task TagAsync(HttpContext http, string name)
    {
        var image = images.Get(name);
        var (repository, tag) = (http.Request.Query["repo"].ToString(), http.Request.Query["tag"].ToString());
        try
        {
            images.Name(ImageName.Parse(tag.Length == 0 ? repository : $"{repository}:{tag}"), image.Id);
        }
        catch (FormatException e)
        {
            throw new EngineException(400, e.Message);
        }

        http.Response.StatusCode = StatusCodes.Status201Created;
        http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>DELETE of <c>/images/NAME</c>.</summary>
    public Task RemoveAsync(HttpContext http, string name) =>
        WriteAsync(http, images.Remove(name, http.Request.Query["force"].ToString() is "1" or "true" or "True"));

    // {"reference":["team/api"]}   {"reference":{"team/api":true}}
    private static string? Wanted(string? filters)
    {
        var references = string.IsNullOrEmpty(filters) ? null : JsonNode.Parse(filters)?["reference"];
        return references is JsonObject table ? table.FirstOrDefault().Key : (references as JsonArray)?.FirstOrDefault()?.ToString();
    }

    private static JsonArray Names(StoredImage image, bool isDigest) =>
        BuildStage.Texts(image.Names.Where(n => n.Contains('@', StringComparison.Ordinal) == isDigest));

    private static long Seconds(JsonObject entry) => DateTimeOffset.TryParse(entry.Text("created"), out var created) ? created.ToUnixTimeSeconds() : 0;

    private static Task WriteAsync(HttpContext http, JsonNode answer) => http.Response.WriteJsonAsync(answer, "application/json", http.RequestAborted);

    private long Size(StoredImage image) => image.Layers.Sum(l => layers.Find(l)?.Size ?? 0);
}

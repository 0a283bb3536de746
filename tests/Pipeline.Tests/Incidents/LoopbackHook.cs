using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Incidents;

/// <summary>A webhook that remembers what it was sent.</summary>
internal sealed class LoopbackHook : LoopbackServer
{
    public List<string> Bodies { get; } = [];

    public List<string> Types { get; } = [];

    public IEnumerable<string> Texts => Bodies.Select(b => (string)JsonNode.Parse(b)!["text"]!);

    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    protected override async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Bodies.Add(await reader.ReadToEndAsync());
        Types.Add(context.Request.ContentType ?? "");
        await Answer(context);
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Engine;

/// <summary>The lines of JSON in which an engine tells how a build, a push or a pull goes on.</summary>
/// <param name="response">The answer; it begins with the first line, and is 200 from then on whatever happens.</param>
internal sealed class MessageStream(HttpResponse response)
{
    /// <summary>A line of a build's output.</summary>
    public Task WriteAsync(string text, CancellationToken cancellation) => SendAsync(new JsonObject { ["stream"] = text }, cancellation);

    /// <summary>What an image or layer is doing.</summary>
    public Task StatusAsync(string status, string? id, CancellationToken cancellation, (long Done, long Total)? progress = null)
    {
        var message = new JsonObject { ["status"] = status };
        if (id is not null)
            message["progressDetail"] = progress is { } p ? new JsonObject { ["current"] = p.Done, ["total"] = p.Total } : new JsonObject();
        if (id is not null)
            message["id"] = id;
        return SendAsync(message, cancellation);
    }

    /// <summary>What programs read: the image's id, or the digest at the registry.</summary>
    public Task ResultAsync(JsonObject result, CancellationToken cancellation) => SendAsync(new JsonObject { ["aux"] = result }, cancellation);

    /// <summary>What went wrong. It is in the stream because the status has been sent.</summary>
    public Task ErrorAsync(string message, CancellationToken cancellation) =>
        SendAsync(new JsonObject { ["errorDetail"] = new JsonObject { ["message"] = message }, ["error"] = message }, cancellation);

    /// <summary>Whether the answer has begun.</summary>
    public bool HasBegun => response.HasStarted;

    private async Task SendAsync(JsonObject message, CancellationToken cancellation)
    {
        response.ContentType ??= "application/json";
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(message.ToJsonString() + "\r\n"), cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Registry;

/// <summary>Answers that are one JSON document with its length.</summary>
internal static class JsonAnswer
{
    // Digests, media types and names are not pages: "+" stays "+".
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the whole body; to a HEAD request only its length.</summary>
    public static async Task WriteJsonAsync(this HttpResponse response, JsonNode content, string type, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(content.ToJsonString(Plain) + "\n");
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
            await response.Body.WriteAsync(bytes, cancellation);
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using YamlDotNet.Serialization;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Reads what a client sends, JSON or YAML.</summary>
internal static class RequestBody
{
    // The API server's own limit, beyond which it reads nothing.
    private const int Most = 3 * 1024 * 1024;

    /// <exception cref="ApiException">It cannot be read.</exception>
    public static async Task<JsonNode> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        if (body.Length > Most)
            throw new ApiException(HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLarge", $"Request entity too large: limit is {Most}");
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        if (request.ContentType?.Contains("protobuf", StringComparison.Ordinal) == true)
            return ProtobufBody.Read(bytes) ?? throw new ApiException(
                HttpStatusCode.UnsupportedMediaType,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml");
        var text = Encoding.UTF8.GetString(bytes.Span);
        try
        {
            var isJson = text.AsSpan().TrimStart() is ['{' or '[', ..];
            return (isJson ? JsonNode.Parse(text) : Yaml(text)) ?? throw ApiException.BadRequest("unable to decode an empty body");
        }
        catch (Exception e) when (e is JsonException or YamlDotNet.Core.YamlException)
        {
            throw ApiException.BadRequest($"error decoding the body: {e.Message}");
        }
    }

    /// <exception cref="ApiException">It cannot be read, or is no object.</exception>
    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, CancellationToken cancellation) =>
        await ReadAsync(request, cancellation) as JsonObject ?? throw ApiException.BadRequest("the body of the request is no object");

    private static JsonNode? Yaml(string text) => Json(new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object?>(text));

    private static JsonNode? Json(object? value) => value switch
    {
        null => null,
        IDictionary<object, object?> map => new JsonObject(map.Select(e => KeyValuePair.Create($"{e.Key}", Json(e.Value)))),
        IEnumerable<object?> list => new JsonArray([.. list.Select(Json)]),
        bool flag => flag,
        string plain => plain,
        float or double => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };
}

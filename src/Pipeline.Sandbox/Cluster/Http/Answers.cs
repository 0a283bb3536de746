using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Writes answers.</summary>
internal static class Answers
{
    public static async Task SendAsync(this HttpContext http, int status, ReadOnlyMemory<byte> json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json, http.RequestAborted);
    }

    public static Task SendAsync(this HttpContext http, int status, JsonObject body) =>
        http.SendAsync(status, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(body));

    public static async Task SendTextAsync(this HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text, http.RequestAborted);
    }

    public static Task SendAsync(this HttpContext http, ApiException refused)
    {
        if (refused.Details?["retryAfterSeconds"] is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString();
        return http.SendAsync((int)refused.Code, Status(refused));
    }

    /// <summary>A Status object: the API's form of an error.</summary>
    public static JsonObject Status(ApiException refused)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = refused.Message,
            ["reason"] = refused.Reason,
        };
        if (refused.Details is not null)
            status["details"] = refused.Details.DeepClone();
        status["code"] = (int)refused.Code;
        return status;
    }
}

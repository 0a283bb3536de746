using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Pipeline.Sandbox.Containers;

/// <summary>What the reference application answers, path by path.</summary>
internal sealed class ApiEndpoints(IDatasetStore datasets, ApiMetrics metrics, string version)
{
    private const string Collection = "/api/v1/datasets";
    private const string Item = Collection + "/{dataset_id}";

    /// <summary>Answers a request.</summary>
    /// <returns>The route's pattern, for the counters.</returns>
    public async Task<string> AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        var route = path is "/live" or "/health" or "/metrics" or Collection ? path : path.StartsWith(Collection + "/", StringComparison.Ordinal) ? Item : "other";
        try
        {
            await (http.Request.Method == "OPTIONS" && http.Request.Headers.ContainsKey("Access-Control-Request-Method") ? PreflightAsync(http) : RouteAsync(http, route, path));
        }
        catch (NpgsqlException)
        {
            await JsonAsync(http, 503, new JsonObject { ["detail"] = "The database does not answer." });
        }

        return route;
    }

    private Task RouteAsync(HttpContext http, string route, string path) => (http.Request.Method, route) switch
    {
        ("GET", "/live") => JsonAsync(http, 200, new JsonObject { ["status"] = "ok" }),
        ("GET", "/health") => HealthAsync(http),
        ("GET", "/metrics") => TextAsync(http, metrics.Text()),
        ("GET", Collection) => ListAsync(http),
        ("POST", Collection) => CreateAsync(http),
        ("GET" or "DELETE", Item) => ItemAsync(http, path[(Collection.Length + 1)..]),
        (_, "other") => JsonAsync(http, 404, new JsonObject { ["detail"] = "Not Found" }),
        _ => JsonAsync(http, 405, new JsonObject { ["detail"] = "Method Not Allowed" }),
    };

    private async Task HealthAsync(HttpContext http)
    {
        var answer = new JsonObject { ["status"] = "ok", ["version"] = version, ["schema_revision"] = null, ["database"] = datasets.State };
        try
        {
            answer["schema_revision"] = await datasets.SchemaRevisionAsync(http.RequestAborted);
            await JsonAsync(http, 200, answer);
        }
        catch (NpgsqlException)
        {
            (answer["status"], answer["database"]) = ("degraded", "down");
            await JsonAsync(http, 503, answer);
        }
    }

    private async Task ListAsync(HttpContext http)
    {
        var faults = new JsonArray();
        var limit = Number(http, "limit", 100, 1, 1000, faults);
        var after = Number(http, "after", 0, 0, long.MaxValue, faults);
        await (faults.Count > 0
            ? JsonAsync(http, 422, new JsonObject { ["detail"] = faults })
            : JsonAsync(http, 200, JsonSerializer.SerializeToNode(await datasets.ListAsync(after, (int)limit, http.RequestAborted))));
    }

    private async Task CreateAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var (wanted, faults) = NewDataset.Read(body.ToArray());
        if (wanted is null)
            await JsonAsync(http, 422, new JsonObject { ["detail"] = faults });
        else if (await datasets.CreateAsync(wanted.Name, wanted.Description, http.RequestAborted) is { } created)
            await JsonAsync(http, 201, JsonSerializer.SerializeToNode(created));
        else
            await JsonAsync(http, 409, new JsonObject { ["detail"] = $"There is already a dataset named '{wanted.Name}'." });
    }

    private async Task ItemAsync(HttpContext http, string text)
    {
        if (!long.TryParse(text, out var id))
        {
            await JsonAsync(http, 422, new JsonObject { ["detail"] = new JsonArray(Fault("path", "dataset_id", "value is not a valid integer", "type_error.integer")) });
            return;
        }

        if (http.Request.Method == "DELETE" && await datasets.DeleteAsync(id, http.RequestAborted))
            http.Response.StatusCode = 204;
        else if (http.Request.Method == "GET" && await datasets.FindAsync(id, http.RequestAborted) is { } found)
            await JsonAsync(http, 200, JsonSerializer.SerializeToNode(found));
        else
            await JsonAsync(http, 404, new JsonObject { ["detail"] = $"There is no dataset {id}." });
    }

    private static long Number(HttpContext http, string name, long otherwise, long least, long most, JsonArray faults)
    {
        if ((string?)http.Request.Query[name] is not { } text)
            return otherwise;
        if (!long.TryParse(text, out var number))
            faults.Add(Fault("query", name, "value is not a valid integer", "type_error.integer"));
        else if (number < least)
            faults.Add(Fault("query", name, $"ensure this value is greater than or equal to {least}", "value_error.number.not_ge"));
        else if (number > most)
            faults.Add(Fault("query", name, $"ensure this value is less than or equal to {most}", "value_error.number.not_le"));
        return number;
    }

    private static JsonObject Fault(string where, string name, string message, string type) =>
        new() { ["loc"] = new JsonArray(where, name), ["msg"] = message, ["type"] = type };

    private static Task PreflightAsync(HttpContext http)
    {
        http.Response.Headers.AccessControlAllowMethods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
        http.Response.Headers.AccessControlMaxAge = "600";
        if (http.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } asked)
            http.Response.Headers.AccessControlAllowHeaders = asked;
        return TextAsync(http, "OK");
    }

    private static Task TextAsync(HttpContext http, string text)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    private static Task JsonAsync(HttpContext http, int status, JsonNode? answer)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(answer);
        (http.Response.StatusCode, http.Response.ContentType, http.Response.ContentLength) = (status, "application/json", bytes.Length);
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }
}

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Verification;

/// <summary>API and site of a product in one server; every answer can be replaced.</summary>
public sealed class LoopbackSite : IAsyncLifetime
{
    private readonly WebApplication server;

    public LoopbackSite()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.Run(AnswerAsync);
        Show("1.4.2", 1);
        Answers["/api/v1/datasets"] = _ => (200, "[]");
        Answers["/"] = _ => (200, """<!doctype html><html><body><div id="root"></div><script type="module" src="/assets/index.js"></script></body></html>""");
    }

    /// <summary>By path: the answer to the n-th request, which is 1 for the first.</summary>
    public ConcurrentDictionary<string, Func<int, (int Status, string Body)>> Answers { get; } = new();

    /// <summary>Every request: path, Cache-Control and the client's port, which is new for every connection.</summary>
    public ConcurrentQueue<(string Path, string CacheControl, int Port)> Requests { get; } = new();

    public string Address => server.Urls.First();

    public static string Health(string version, string revision = "bbbb00000002", string database = "up") =>
        $$"""{"status":"ok","version":"{{version}}","schema_revision":"{{revision}}","database":"{{database}}"}""";

    public void Show(string version, int release)
    {
        Answers["/health"] = _ => (200, Health(version));
        Answers["/release.json"] = _ => (200, $$"""{"release":{{release}},"version":"{{version}}","commit":"c0ffee"}""");
    }

    public Task InitializeAsync() => server.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    private Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        int count;
        lock (Requests)
        {
            Requests.Enqueue((path, http.Request.Headers.CacheControl.ToString(), http.Connection.RemotePort));
            count = Requests.Count(r => r.Path == path);
        }

        var (status, body) = Answers.TryGetValue(path, out var answer) ? answer(count) : (404, "not found");
        http.Response.StatusCode = status;
        return http.Response.WriteAsync(body);
    }
}

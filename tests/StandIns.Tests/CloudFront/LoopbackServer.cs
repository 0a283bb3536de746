using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StandIns.Tests.CloudFront;

/// <summary>Answers requests on loopback in the order that a test lays down, and keeps what it was asked.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Queue<Answer> answers;

    private LoopbackServer(WebApplication app, IEnumerable<Answer> answers)
    {
        this.app = app;
        this.answers = new Queue<Answer>(answers);
        app.Run(AnswerAsync);
    }

    public ConcurrentQueue<Question> Questions { get; } = new();

    public string Address => app.Urls.First();

    public static async Task<LoopbackServer> StartAsync(params Answer[] answers)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        var server = new LoopbackServer(builder.Build(), answers);
        server.app.Urls.Add("http://127.0.0.1:0");
        await server.app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Questions.Enqueue(new Question(context.Request.Method, context.Request.Path + context.Request.QueryString, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body));
        var answer = answers.Dequeue();
        context.Response.StatusCode = (int)answer.Status;
        context.Response.ContentType = "text/xml";
        foreach (var (name, value) in answer.Headers ?? [])
            context.Response.Headers[name] = value;
        await context.Response.WriteAsync(answer.Body);
    }
}

internal sealed record Question(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

internal sealed record Answer(HttpStatusCode Status, string Body, Dictionary<string, string>? Headers = null)
{
    public static Answer Error(HttpStatusCode status, string code) => new(
        status,
        $"""<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>{code}</Code><Message>Why &amp; how.</Message></Error><RequestId>r-1</RequestId></ErrorResponse>""");

    public static Answer Invalidation(string status) => new(
        HttpStatusCode.Created,
        $"""<?xml version="1.0"?><Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I1</Id><Status>{status}</Status><CreateTime>2026-11-24T01:02:03.456Z</CreateTime><InvalidationBatch><Paths><Quantity>2</Quantity><Items><Path>/</Path><Path>/a&amp;b</Path></Items></Paths><CallerReference>ref</CallerReference></InvalidationBatch></Invalidation>""",
        new Dictionary<string, string> { ["Location"] = "https://cloudfront.amazonaws.com/2020-05-31/distribution/E1/invalidation/I1" });
}

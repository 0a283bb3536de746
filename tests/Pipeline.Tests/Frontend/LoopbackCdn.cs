using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Pipeline.Frontend;
using Pipeline.Tests.Images;

namespace Pipeline.Tests.Frontend;

/// <summary>CloudFront's invalidations, for one distribution called <c>E1</c>.</summary>
internal sealed class LoopbackCdn : LoopbackServer
{
    private readonly ConcurrentDictionary<string, string> idByReference = new();

    public LoopbackCdn()
    {
        // The SDK looks for credentials in the environment of the process.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "testing");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "testing");
    }

    /// <summary>The paths of each invalidation, by its id, in the order they were asked for.</summary>
    public ConcurrentDictionary<string, string[]> Invalidations { get; } = new();

    /// <summary>How often an invalidation is still in progress when it is asked for.</summary>
    public int Polls { get; set; }

    /// <summary>How many requests are answered with TooManyInvalidationsInProgress.</summary>
    public int Busy { get; set; }

    /// <summary>Answers reading an invalidation with this error.</summary>
    public string? Unreadable { get; set; }

    /// <summary>Answers everything with this error.</summary>
    public (int Status, string Code)? Broken { get; set; }

    public CdnOptions Options => new() { CdnDistributionId = "E1", CdnEndpoint = $"http://{Authority}", CdnTimeout = "10m" };

    /// <summary>Knows no invalidation any more.</summary>
    public void Forget()
    {
        Invalidations.Clear();
        idByReference.Clear();
    }

    protected override async Task AnswerAsync(HttpContext context)
    {
        if (Broken is var (status, code))
            await ErrorAsync(context, status, code);
        else if (!context.Request.Path.Value!.Contains("/distribution/E1/", StringComparison.Ordinal))
            await ErrorAsync(context, 404, "NoSuchDistribution");
        else if (context.Request.Method == "GET")
            await ReadAsync(context);
        else if (Busy-- > 0)
            await ErrorAsync(context, 400, "TooManyInvalidationsInProgress");
        else
            await BeginAsync(context);
    }

    private Task ReadAsync(HttpContext context)
    {
        if (Unreadable is { } code)
            return ErrorAsync(context, 403, code);
        if (!Invalidations.ContainsKey(context.Request.Path.Value!.Split('/')[^1]))
            return ErrorAsync(context, 404, "NoSuchInvalidation");
        return WriteAsync(context, 200, context.Request.Path.Value!.Split('/')[^1], Polls-- > 0 ? "InProgress" : "Completed");
    }

    private async Task BeginAsync(HttpContext context)
    {
        var batch = await XDocument.LoadAsync(context.Request.Body, LoadOptions.None, default);
        string Text(string name) => batch.Descendants().First(e => e.Name.LocalName == name).Value;
        var paths = batch.Descendants().Where(e => e.Name.LocalName == "Path").Select(e => e.Value).ToArray();
        Assert.Equal($"{paths.Length}", Text("Quantity"));
        var id = idByReference.GetOrAdd(Text("CallerReference"), _ => $"I{idByReference.Count + 1}");
        Invalidations.TryAdd(id, paths);
        await WriteAsync(context, 201, id, Polls > 0 ? "InProgress" : "Completed");
    }

    private static Task WriteAsync(HttpContext context, int status, string id, string state)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync($"<Invalidation xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Id>{id}</Id><Status>{state}</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime></Invalidation>");
    }

    private static Task ErrorAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync($"<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{code} it is</Message></Error><RequestId>r</RequestId></ErrorResponse>");
    }
}

using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Containers;

/// <summary>The reference application's API: what <c>python3 -m app</c> serves.</summary>
internal sealed class ApiProgram : IContainerProgram
{
    private const int Port = 8080;
    // Of a Python process that serves this application; the sandbox's own share of one cannot be told apart.
    private const long RestingBytes = 62L << 20;
    private const long RestingNanocores = 2_000_000;
    private const long NanocoresPerRequest = 400_000;
    private static readonly TimeSpan DrainCheck = TimeSpan.FromMilliseconds(20);
    private long served;
    private int open;

    /// <inheritdoc />
    public async Task<int> RunAsync(ContainerContext context, CancellationToken killed)
    {
        if (!context.Environment.TryGetValue("DATABASE_URL", out var address))
        {
            context.Log("KeyError: 'DATABASE_URL'");
            return 1;
        }

        context.Usage = new ProgramUsage(RestingNanocores, RestingBytes);
        var postgres = address is "" or "none" ? null : new PostgresDatasets(address);
        try
        {
            await ServeAsync(context, (IDatasetStore?)postgres ?? new MemoryDatasets(context.Time), killed);
            return 0;
        }
        finally
        {
            if (postgres is not null)
                await postgres.DisposeAsync();
        }
    }

    private async Task ServeAsync(ContainerContext context, IDatasetStore datasets, CancellationToken killed)
    {
        var version = context.Environment.GetValueOrDefault("APP_VERSION", "dev");
        var metrics = new ApiMetrics(version);
        var endpoints = new ApiEndpoints(datasets, metrics, version);
        context.Log("INFO:     Started server process [1]");
        context.Log("INFO:     Waiting for application startup.");
        await using var server = await LoopbackServer.StartAsync(default, http => AnswerAsync(http, context, endpoints, metrics), killed);
        context.Log("INFO:     Application startup complete.");
        context.Log($"INFO:     Uvicorn running on http://0.0.0.0:{Port} (Press CTRL+C to quit)");
        context.Listen(Port, server.Port);
        await context.WaitAsync(Timeout.InfiniteTimeSpan, killed);
        context.Log("INFO:     Shutting down");
        while (Volatile.Read(ref open) > 0)
            await Task.Delay(DrainCheck, TimeProvider.System, killed);
        context.Log("INFO:     Waiting for application shutdown.");
        context.Log("INFO:     Application shutdown complete.");
        context.Log("INFO:     Finished server process [1]");
    }

    private async Task AnswerAsync(HttpContext http, ContainerContext context, ApiEndpoints endpoints, ApiMetrics metrics)
    {
        Interlocked.Increment(ref open);
        var started = Stopwatch.GetTimestamp();
        try
        {
            // A connection that stays open into the server's end loses the request that is sent at that moment.
            if (context.IsDraining || context.Terminating.IsCancellationRequested)
                http.Response.Headers.Connection = "close";
            Cors(http, context.Environment.GetValueOrDefault("ALLOWED_ORIGINS", "*"));
            var route = await endpoints.AnswerAsync(http);
            metrics.Observe(http.Request.Method, route, http.Response.StatusCode, Stopwatch.GetElapsedTime(started));
            context.Usage = new ProgramUsage(RestingNanocores + NanocoresPerRequest * Math.Min(++served, 1000), RestingBytes);
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    private static void Cors(HttpContext http, string allowed)
    {
        var origin = (string?)http.Request.Headers.Origin;
        if (origin is null)
            return;
        var origins = allowed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (origins.Contains("*"))
            http.Response.Headers.AccessControlAllowOrigin = "*";
        else if (origins.Contains(origin))
            (http.Response.Headers.AccessControlAllowOrigin, http.Response.Headers.Vary) = (origin, "Origin");
    }
}

using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Pipeline.Sandbox;

/// <summary>One of the sandbox's HTTP servers, on 127.0.0.1 and nowhere else.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private LoopbackServer(WebApplication application) => this.application = application;

    /// <summary>Where it listens, as in <c>http://127.0.0.1:41235</c>; no slash at the end.</summary>
    public string Address => application.Urls.First();

    /// <summary>Its port.</summary>
    public int Port => new Uri(Address).Port;

    /// <summary>Starts a server.</summary>
    /// <param name="door">Where it listens.</param>
    /// <param name="handler">Answers every request. What it throws is answered with 500.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <param name="certificate">Makes it speak TLS; for clients that send no credentials in the clear.</param>
    public static async Task<LoopbackServer> StartAsync(Door door, RequestDelegate handler, CancellationToken cancellation, X509Certificate2? certificate = null)
    {
        try
        {
            return await ListenAsync(door, handler, certificate, cancellation);
        }
        catch (IOException) when (door.Port != 0)
        {
            return await ListenAsync(door with { Port = 0 }, handler, certificate, cancellation);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Open watches and log streams do not end by themselves.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await application.StopAsync(limit.Token);
        await application.DisposeAsync();
    }

    private static async Task<LoopbackServer> ListenAsync(Door door, RequestDelegate handler, X509Certificate2? certificate, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, door.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });
        var application = builder.Build();
        application.Run(http => AnswerAsync(http, door, handler));
        try
        {
            await application.StartAsync(cancellation);
            return new LoopbackServer(application);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    private static async Task AnswerAsync(HttpContext http, Door door, RequestDelegate handler)
    {
        door.Used?.Invoke();
        await using var cut = door.Cut?.Invoke().Register(http.Abort);
        try
        {
            if (!http.RequestAborted.IsCancellationRequested)
                await (door.Pass is { } pass ? pass(http, handler) : handler(http));
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            door.Failed?.Invoke(e);
            throw;
        }
        finally
        {
            door.Used?.Invoke();
        }
    }
}

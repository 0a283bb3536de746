using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Images;

/// <summary>An HTTP server on a free port of this machine; every request is remembered.</summary>
internal abstract class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication server;

    protected LoopbackServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.Run(context =>
        {
            Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            return AnswerAsync(context);
        });
    }

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Host and port.</summary>
    public string Authority => new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;

    public Task StartAsync() => server.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    protected abstract Task AnswerAsync(HttpContext context);
}

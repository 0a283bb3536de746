using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EndToEnd.Tests.Bed;

/// <summary>The API's public address: hands requests on to the Service.</summary>
internal sealed class ApiGate : IAsyncDisposable
{
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly WebApplication server;
    private readonly Kubectl kubectl;
    private string? service;
    private volatile bool isServing;
    private long looked;

    private ApiGate(WebApplication server, Kubectl kubectl)
    {
        this.server = server;
        this.kubectl = kubectl;
    }

    public string Address => server.Urls.First();

    public static async Task<ApiGate> OpenAsync(Kubectl kubectl)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        var gate = new ApiGate(server, kubectl);
        // A fallback route would leave out every path that looks like a file.
        server.Run(gate.HandOnAsync);
        await server.StartAsync();
        return gate;
    }

    /// <summary>The Service's own address; null while there is no Service.</summary>
    public async Task<string?> ServiceAsync()
    {
        if (service is not null)
            return service;
        var found = await kubectl.RunAsync("get", "services", "--output", "jsonpath={.items[?(@.metadata.name==\"dataset-management-api\")].spec.clusterIP}");
        return service = found.Length > 0 ? $"http://{found}" : null;
    }

    /// <summary>Asks anew where the Service is: it was made anew.</summary>
    public void Forget()
    {
        service = null;
        isServing = false;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        client.Dispose();
    }

    // Before the first release users ask all the same, and each look is a process.
    private bool MayLook()
    {
        var (now, before) = (Environment.TickCount64, Interlocked.Read(ref looked));
        return now - before >= 1000 && Interlocked.CompareExchange(ref looked, now, before) == before;
    }

    private async Task HandOnAsync(HttpContext context)
    {
        try
        {
            if (service is null && !MayLook())
                throw new InvalidOperationException("There is no Service yet.");
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{await ServiceAsync()}{context.Request.Path}{context.Request.QueryString}");
            // Until the node knows the Service, its address is a stranger's, and a connection that stays open would go on leading there.
            request.Headers.ConnectionClose = !isServing;
            using var answer = await client.SendAsync(request, context.RequestAborted);
            isServing |= answer.IsSuccessStatusCode;
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            context.Response.StatusCode = (int)HttpStatusCode.BadGateway;
        }
    }
}

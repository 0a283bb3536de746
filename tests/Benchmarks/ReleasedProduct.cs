using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Benchmarks;

/// <summary>API and site that answer at once and as released, so that no benchmark measures them.</summary>
internal sealed class ReleasedProduct : IDisposable
{
    /// <summary>What every release calls itself.</summary>
    public const string Version = "1.0.0";

    private readonly HttpListener listener = new();

    public ReleasedProduct()
    {
        Address = $"http://127.0.0.1:{FreePort()}";
        listener.Prefixes.Add($"{Address}/");
        listener.Start();
        _ = AnswerAsync();
    }

    public string Address { get; }

    public void Dispose() => listener.Close();

    private async Task AnswerAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                var asked = await listener.GetContextAsync();
                await asked.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(Body(asked.Request.Url!.AbsolutePath)));
                asked.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // Who asked is gone, or the benchmark is over.
            }
        }
    }

    private static string Body(string path) => path switch
    {
        "/health" => $$"""{"status":"ok","version":"{{Version}}"}""",
        "/api/v1/datasets" => "[]",
        _ => "<html><script></script></html>",
    };

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}

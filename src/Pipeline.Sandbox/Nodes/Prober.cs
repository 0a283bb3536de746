using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Asks a container whether it is well, as a kubelet asks.</summary>
internal sealed class Prober(TimeProvider time) : IDisposable
{
    // Each probe is a connection of its own: one that is kept would not notice that nobody accepts any more.
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Asks once.</summary>
    /// <param name="probe">The probe's spec.</param>
    /// <param name="address">The pod's address, for messages.</param>
    /// <param name="portOf">Gives the declared number of a port and the one of 127.0.0.1 behind it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null when it is well; else what is wrong.</returns>
    public async Task<string?> AskAsync(JsonObject probe, string address, Func<string, (int Declared, int? Real)> portOf, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Max(1, probe.Number("timeoutSeconds"))), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        // The programs of the sandbox have no shell to run a command in: an exec probe is content.
        if ((probe.At("httpGet") ?? probe.At("tcpSocket")) is not { } target)
            return null;
        var (declared, real) = portOf(target.Text("port") ?? "");
        var url = $"{(target.Text("scheme") ?? "HTTP").ToLowerInvariant()}://{target.Text("host") ?? address}:{declared}/{(target.Text("path") ?? "").TrimStart('/')}";
        var prefix = probe.At("httpGet") is null ? "" : $"Get \"{url}\": ";
        try
        {
            if (real is null)
                return $"{prefix}dial tcp {address}:{declared}: connect: connection refused";
            return probe.At("httpGet") is null ? await ConnectAsync(real.Value, either.Token) : await GetAsync(target, url, real.Value, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return prefix.Length == 0 ? $"dial tcp {address}:{declared}: i/o timeout" : $"{prefix}context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException)
        {
            return $"{prefix}dial tcp {address}:{declared}: connect: connection refused";
        }
        catch (HttpRequestException)
        {
            return $"{prefix}EOF";
        }
        catch (SocketException)
        {
            return $"dial tcp {address}:{declared}: connect: connection refused";
        }
    }

    /// <inheritdoc />
    public void Dispose() => http.Dispose();

    private static async Task<string?> ConnectAsync(int port, CancellationToken cancellation)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
        return null;
    }

    private async Task<string?> GetAsync(JsonObject target, string url, int port, CancellationToken cancellation)
    {
        var address = new UriBuilder(url) { Host = "127.0.0.1", Port = port };
        using var request = new HttpRequestMessage(HttpMethod.Get, address.Uri);
        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/sandbox");
        foreach (var header in target.Items("httpHeaders"))
            request.Headers.TryAddWithoutValidation(header.Text("name") ?? "", header.Text("value"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return (int)response.StatusCode is >= 200 and < 400 ? null : $"HTTP probe failed with statuscode: {(int)response.StatusCode}";
    }
}

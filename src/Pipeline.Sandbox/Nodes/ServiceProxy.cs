using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Nodes;

/// <summary>A port of 127.0.0.1 that stands for a Service: each connection goes to one of the pods that are ready at that moment.</summary>
internal sealed class ServiceProxy : IAsyncDisposable
{
    private static readonly byte[] Unavailable = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
    private readonly ClusterStore store;
    private readonly (string Space, string Service, string Port) target;
    private readonly TcpListener listener;
    private readonly Action? used;
    private readonly CancellationTokenSource over = new();
    private Task accepting = Task.CompletedTask;
    private uint next;

    private ServiceProxy(ClusterStore store, (string, string, string) target, TcpListener listener, Action? used) =>
        (this.store, this.target, this.listener, this.used) = (store, target, listener, used);

    /// <summary>As in <c>http://127.0.0.1:41235</c>; no slash at the end.</summary>
    public string Address => $"http://{listener.LocalEndpoint}";

    /// <summary>Starts one.</summary>
    /// <param name="store">Where Endpoints and pods are.</param>
    /// <param name="space">The Service's namespace.</param>
    /// <param name="service">Its name; it need not exist yet.</param>
    /// <param name="portName">Its port.</param>
    /// <param name="door">Where it listens.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static Task<ServiceProxy> StartAsync(ClusterStore store, string space, string service, string portName, Door door, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var proxy = new ServiceProxy(store, (space, service, portName), Listen(door.Port), door.Used);
        proxy.accepting = Task.Run(proxy.AcceptAsync, CancellationToken.None);
        return Task.FromResult(proxy);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Dispose();
        await accepting;
        over.Dispose();
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException) when (port != 0)
        {
            listener.Dispose();
            return Listen(0);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(over.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        used?.Invoke();
        try
        {
            using (client)
            using (var pod = await ConnectAsync())
                await (pod is null ? RefuseAsync(client.GetStream()) : PumpBothAsync(client, pod));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two hung up.
        }
    }

    private async Task<TcpClient?> ConnectAsync()
    {
        var ports = ReadyPorts();
        for (var attempt = 0; attempt < ports.Count; attempt++)
        {
            var pod = new TcpClient();
            try
            {
                await pod.ConnectAsync(IPAddress.Loopback, ports[(int)(Interlocked.Increment(ref next) % ports.Count)], over.Token);
                return pod;
            }
            catch (SocketException)
            {
                // It ended a moment ago; the next may serve.
                pod.Dispose();
            }
        }

        return null;
    }

    private List<int> ReadyPorts()
    {
        var subsets = store.Find(ResourceKind.Endpoints, target.Space, target.Service)?.Content.Items("subsets") ?? [];
        return [.. subsets.SelectMany(s => s.Items("addresses").Select(a => RealPort(a, s))).OfType<int>()];
    }

    private int? RealPort(JsonObject address, JsonObject subset)
    {
        var port = subset.Items("ports").FirstOrDefault(p => (p.Text("name") ?? "") == target.Port || subset.Items("ports").Count() == 1).Text("port");
        var pod = store.Find(ResourceKind.Pods, target.Space, address.Text("targetRef", "name") ?? "");
        // After a restart of its node a pod has another address, and nobody is reached by the one that it had.
        return pod?.Content.Text("status", "podIP") == address.Text("ip") ? PodPorts.RealPort(pod, port) : null;
    }

    private async Task RefuseAsync(NetworkStream client)
    {
        // Read first: a connection that is closed with unread bytes loses the answer too.
        _ = await client.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, over.Token);
        await client.WriteAsync(Unavailable, over.Token);
    }

    private async Task PumpBothAsync(TcpClient client, TcpClient pod)
    {
        (client.NoDelay, pod.NoDelay) = (true, true);
        await Task.WhenAll(PumpAsync(client, pod), PumpAsync(pod, client));
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), over.Token);
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // The other direction must not wait for somebody who is gone.
            from.Close();
            to.Close();
            throw;
        }
    }
}

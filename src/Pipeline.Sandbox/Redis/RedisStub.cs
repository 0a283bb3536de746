using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Sandbox.Redis;

/// <summary>Answers the questions by which a Redis cluster is found to be well, and nothing else.</summary>
internal sealed class RedisStub : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;

    private RedisStub(TcpListener listener)
    {
        this.listener = listener;
        accepting = AcceptAsync();
    }

    /// <summary>Host and port.</summary>
    public string Address => listener.LocalEndpoint.ToString()!;

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <param name="port">The port to listen on; 0 lets the system choose.</param>
    public static RedisStub Start(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return new RedisStub(listener);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            await using var stream = connection.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (await RedisRequest.ReadAsync(reader, stop.Token) is { } words)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(Answer(words)), stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Gone.
        }
    }

    private string Answer(string[] words) => string.Join(' ', words).ToUpperInvariant() switch
    {
        "PING" => "+PONG\r\n",
        "CLUSTER INFO" => Bulk("cluster_enabled:1\r\ncluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16384\r\ncluster_slots_pfail:0\r\ncluster_slots_fail:0\r\ncluster_known_nodes:1\r\ncluster_size:1\r\n"),
        "CLUSTER NODES" => Bulk($"{new string('0', 40)} 127.0.0.1:{Port}@{Port} myself,master - 0 0 1 connected 0-16383\n"),
        "QUIT" => "+OK\r\n",
        var other when other.StartsWith("INFO", StringComparison.Ordinal) => Bulk("# Server\r\nredis_version:7.0.0\r\nredis_mode:cluster\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n# Cluster\r\ncluster_enabled:1\r\n"),
        var other when other.StartsWith("CLIENT", StringComparison.Ordinal) => "+OK\r\n",
        var other => $"-ERR unknown command '{other.Split(' ')[0]}'\r\n",
    };

    private static string Bulk(string text) => $"${text.Length}\r\n{text}\r\n";
}

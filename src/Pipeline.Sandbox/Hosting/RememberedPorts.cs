using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Pipeline.Sandbox.Hosting;

/// <summary>
/// Which part listened on which port: a restart uses the same, since images, secrets and open browser windows name them. The system
/// chose each the first time.
/// </summary>
/// <param name="file">Where they are kept.</param>
internal sealed class RememberedPorts(string file)
{
    private readonly Lock asking = new();
    private readonly Dictionary<string, int> ports = File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(file)) ?? [] : [];

    /// <summary>The part's port: the one it had, or, where that is taken or there is none, a free one.</summary>
    public int Of(string part)
    {
        lock (asking)
        {
            var port = ports.TryGetValue(part, out var had) && IsFree(had) ? had : Free();
            ports[part] = port;
            File.WriteAllText($"{file}.new", JsonSerializer.Serialize(ports));
            File.Move($"{file}.new", file, overwrite: true);
            return port;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

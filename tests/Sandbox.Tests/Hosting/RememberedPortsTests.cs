using System.Net;
using System.Net.Sockets;
using Pipeline.Sandbox.Hosting;

namespace Sandbox.Tests.Hosting;

public sealed class RememberedPortsTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_part_keeps_its_port()
    {
        var port = Ports().Of("registry");

        Assert.Equal(port, Ports().Of("registry"));
    }

    [Fact]
    public void A_port_that_somebody_took_is_replaced_for_good()
    {
        var port = Ports().Of("registry");
        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();

        var next = Ports().Of("registry");

        Assert.NotEqual(port, next);
        Assert.Equal(next, Ports().Of("registry"));
    }

    private RememberedPorts Ports() => new(Path.Combine(folder.Path, "ports.json"));
}

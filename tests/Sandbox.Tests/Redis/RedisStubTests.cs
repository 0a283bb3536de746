using System.Net.Sockets;
using System.Text;
using Pipeline.Sandbox.Redis;

namespace Sandbox.Tests.Redis;

public sealed class RedisStubTests
{
    [Theory]
    [InlineData("PING\r\n", "+PONG\r\n")]
    [InlineData("*1\r\n$4\r\nPING\r\n", "+PONG\r\n")]
    [InlineData("*2\r\n$7\r\ncluster\r\n$4\r\ninfo\r\n", "cluster_state:ok")]
    [InlineData("INFO replication\r\n", "role:master")]
    [InlineData("SET a b\r\n", "-ERR unknown command 'SET'\r\n")]
    public async Task It_answers_what_a_healthy_cluster_is_asked(string request, string answer)
    {
        await using var redis = RedisStub.Start(0);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", redis.Port);
        var stream = client.GetStream();

        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        var buffer = new byte[1024];
        var read = await stream.ReadAsync(buffer);

        Assert.Contains(answer, Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
    }
}

using System.Net;
using System.Net.Sockets;
using Build.Tests.Running;

namespace Build.Tests.CommandLine;

public sealed class SignalTests
{
    [SkippableTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_to_the_script_reaches_the_program_which_ends_in_order(string signal)
    {
        using var checkout = new RealProgram();
        using var cluster = new TcpListener(IPAddress.Loopback, 0);
        cluster.Start();
        checkout.Write("kubeconfig", Kubeconfig(((IPEndPoint)cluster.LocalEndpoint).Port));
        var run = checkout.StartHearingCtrlC("Status", "--environment-name", "test", "--kube-context", "silent", "--kube-namespace", "default", "--cluster-uid", "1", "--kube-config", checkout.At("kubeconfig"));
        // The cluster takes the connection and never answers.
        var connected = cluster.AcceptTcpClientAsync();
        var ended = run.EndAsync();
        if (await Task.WhenAny(connected, ended) == ended)
            (await ended).Ended(130);
        using var connection = await connected;

        await run.SignalAsync(signal);

        var outcome = (await ended).Ended(130);
        Assert.EndsWith("Result: stopped before anything of the release was changed, and the same command starts again · test: context silent, namespace default\n", outcome.Output, StringComparison.Ordinal);
        Assert.False(checkout.IsLocked);
    }

    private static string Kubeconfig(int port) => $$"""
        { "apiVersion": "v1", "kind": "Config", "current-context": "silent",
          "clusters": [{ "name": "silent", "cluster": { "server": "http://127.0.0.1:{{port}}" } }],
          "users": [{ "name": "nobody", "user": { "token": "any" } }],
          "contexts": [{ "name": "silent", "context": { "cluster": "silent", "user": "nobody" } }] }
        """;
}

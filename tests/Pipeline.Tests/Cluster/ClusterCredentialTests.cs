using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Cluster;

/// <summary>Tokens and plugins: what is sent, what is read again, and what a person is told.</summary>
public sealed class ClusterCredentialTests : ConnectionBed
{
    [Fact]
    public async Task Credentials_that_expired_are_read_again_and_the_request_goes_on()
    {
        var token = folder.Write("token", "first");
        using var expiring = ClusterConnection.Open(cluster.Options with { KubeConfig = folder.Write("expiring", $$"""
            clusters: [{name: loopback, cluster: {server: "{{connection.Server}}"} }]
            users: [{name: loopback, user: {tokenFile: token} }]
            contexts: [{name: loopback, context: {cluster: loopback, user: loopback} }]
            """) }, time);
        var seen = new List<string>();
        cluster.Before = async http =>
        {
            seen.Add(http.Request.Headers.Authorization.ToString());
            if (seen[^1] == "Bearer second")
                return false;
            await File.WriteAllTextAsync(token, "second");
            http.Response.StatusCode = 401;
            return true;
        };
        Assert.Null(await expiring.FindAsync(Resource.Pods, "api", default));
        Assert.Null(await expiring.FindAsync(Resource.Pods, "api", default));

        Assert.Equal(["Bearer first", "Bearer second", "Bearer second"], seen);
    }

    [Fact]
    public async Task Credentials_that_stay_refused_are_read_once_and_the_sentence_says_what_to_do()
    {
        cluster.Before = async http =>
        {
            http.Response.StatusCode = 401;
            await http.Response.WriteAsync("""{"kind":"Status","reason":"Unauthorized","message":"Unauthorized"}""");
            return true;
        };
        var error = await Assert.ThrowsAsync<ClusterRequestException>(() => connection.FindAsync(Resource.Pods, "api", default));

        Assert.Equal("GET /api/v1/namespaces/product/pods/api as 'loopback' was answered with 401: Unauthorized. The cluster does not take the credentials of this context, although they were read again. Log in again; what was done stays, and the same command goes on", error.Message);
        Assert.Equal(2, cluster.Requests.Count);
        await Assert.ThrowsAsync<ClusterRequestException>(() => connection.FindAsync(Resource.Pods, "api", default));
        Assert.Equal(3, cluster.Requests.Count);
    }

    [Fact]
    public async Task The_token_is_sent()
    {
        string? sent = null;
        cluster.Before = http =>
        {
            sent = http.Request.Headers.Authorization;
            return Task.FromResult(false);
        };
        await connection.FindAsync(Resource.Pods, "api", default);

        Assert.Equal("Bearer test", sent);
    }

    [SkippableFact]
    public async Task A_token_from_an_exec_plugin_is_sent()
    {
        Skip.If(OperatingSystem.IsWindows(), "the plugin is a shell script");
        string? sent = null;
        cluster.Before = http =>
        {
            sent = http.Request.Headers.Authorization;
            return Task.FromResult(false);
        };
        using var plugged = ClusterConnection.Open(new ExecPlugin(folder).Options(connection.Server));
        await plugged.FindAsync(Resource.Pods, "api", default);

        Assert.Equal("Bearer plugged", sent);
    }

    [SkippableTheory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_plugin_that_fails_for_a_moment_is_asked_again(string method)
    {
        Skip.If(OperatingSystem.IsWindows(), "the plugin is a shell script");
        var plugin = new ExecPlugin(folder);
        using var plugged = ClusterConnection.Open(plugin.Options(connection.Server), time);
        Assert.Null(await plugged.FindAsync(Resource.ConfigMaps, "once", default));
        plugin.Failures = 2;
        await time.WhileAsync(plugged.SendAsync(
            new HttpMethod(method), Resource.ConfigMaps.PathIn("product"), method == "GET" ? null : new StringContent("""{"metadata":{"name":"once"}}"""), default), breath: 8);

        Assert.Equal(2, cluster.Requests.Count);
    }

    [SkippableFact]
    public async Task A_plugin_that_fails_is_a_failure_that_names_the_context()
    {
        Skip.If(OperatingSystem.IsWindows(), "the plugin is a shell script");
        var plugin = new ExecPlugin(folder);
        using var plugged = ClusterConnection.Open(plugin.Options(connection.Server), time);
        plugin.Failures = 1000;
        var error = await Assert.ThrowsAsync<FailureException>(() => plugged.FindAsync(Resource.Pods, "api", default));

        Assert.StartsWith($"The context 'prod' gives no credentials for the Kubernetes API at {connection.Server}: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(cluster.Requests);
    }

    [SkippableFact]
    public async Task A_plugin_that_hangs_is_given_up()
    {
        Skip.If(OperatingSystem.IsWindows(), "the plugin is a shell script");
        var plugin = new ExecPlugin(folder);
        using var plugged = ClusterConnection.Open(plugin.Options(connection.Server), time);
        plugin.Hang();
        var error = await Assert.ThrowsAsync<FailureException>(() => time.WhileAsync(plugged.FindAsync(Resource.Pods, "api", default)));

        Assert.EndsWith("(context 'prod') does not answer: nothing came within 35 s.", error.Message, StringComparison.Ordinal);
    }
}

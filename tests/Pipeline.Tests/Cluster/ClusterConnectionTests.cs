using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Cluster;

public sealed class ClusterConnectionTests : ConnectionBed
{
    [Fact]
    public async Task A_missing_object_is_null_and_deleting_it_is_done()
    {
        Assert.Null(await connection.FindAsync(Resource.Pods, "none", default));
        await connection.DeleteAsync(Resource.Pods, "none", default);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(410)]
    public async Task An_error_says_what_was_asked_as_whom_and_what_the_server_said(int status)
    {
        Answer(status, """{"kind":"Status","reason":"Because","message":"the server's words"}""");
        var error = await Assert.ThrowsAsync<ClusterRequestException>(() => connection.FindAsync(Resource.Pods, "api", default));

        Assert.Equal($"GET /api/v1/namespaces/product/pods/api as 'loopback' was answered with {status}: the server's words", error.Message);
        Assert.Equal(((HttpStatusCode)status, "Because"), (error.Status, error.Reason));
        Assert.Equal((status == 409, status == 403), (error.IsConflict, error.IsForbidden));
        Assert.Single(cluster.Requests);
    }

    [Fact]
    public async Task A_proxy_s_page_is_cut_short()
    {
        Answer(502, "<html>" + new string('x', 1000));
        var error = await Assert.ThrowsAsync<ClusterRequestException>(() => time.WhileAsync(connection.FindAsync(Resource.Pods, "api", default)));

        Assert.EndsWith("was answered with 502: <html>" + new string('x', 294), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_busy_server_is_asked_again_when_it_says(int status)
    {
        var asked = 0;
        Answer(status, "busy", http => ++asked <= 2, "2");
        var writing = connection.CreateAsync(Resource.ConfigMaps, Named("once"), default);
        var stored = await time.WhileAsync(writing);

        Assert.Equal((3, "once"), (asked, stored.Name()));
        Assert.InRange(time.GetUtcNow() - time.Start, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_server_that_stays_busy_is_an_error()
    {
        Answer(429, "busy", retryAfter: "1");
        await Assert.ThrowsAsync<ClusterRequestException>(() => time.WhileAsync(connection.FindAsync(Resource.Pods, "api", default), breath: 4));

        Assert.InRange(cluster.Requests.Count, 25, 31);
    }

    [Fact]
    public async Task A_server_that_fails_is_asked_again_for_seconds_what_may_be_asked_twice()
    {
        Answer(500, "etcdserver: leader changed");
        await Assert.ThrowsAsync<ClusterRequestException>(() => time.WhileAsync(connection.FindAsync(Resource.Pods, "api", default)));
        Assert.InRange(cluster.Requests.Count, 4, 12);
        Assert.True(time.GetUtcNow() - time.Start <= TimeSpan.FromSeconds(10));

        cluster.Requests.Clear();
        await Assert.ThrowsAsync<ClusterRequestException>(() => connection.CreateAsync(Resource.ConfigMaps, Named("once"), default));
        Assert.Single(cluster.Requests);
    }

    [Fact]
    public async Task A_server_that_is_gone_for_a_while_is_waited_for_once_it_answered()
    {
        var cuts = 1;
        cluster.Before = http =>
        {
            if (cuts-- > 0)
                http.Abort();
            return Task.FromResult(cuts >= 0);
        };
        await Assert.ThrowsAsync<FailureException>(() => connection.FindAsync(Resource.Pods, "api", default));

        Assert.Null(await connection.FindAsync(Resource.Pods, "api", default));
        cuts = 3;
        Assert.Null(await time.WhileAsync(connection.FindAsync(Resource.Pods, "api", default)));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up()
    {
        cluster.Before = async http =>
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        var error = await Assert.ThrowsAsync<FailureException>(() => time.WhileAsync(connection.FindAsync(Resource.Pods, "api", default)));

        Assert.Equal($"The Kubernetes API at {connection.Server} (context 'loopback') does not answer: nothing came within 35 s.", error.Message);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_a_failure_with_a_sentence()
    {
        cluster.Before = async http =>
        {
            http.Response.ContentLength = 100;
            await http.Response.WriteAsync("{\"kind\":");
            return true;
        };
        var error = await Assert.ThrowsAsync<FailureException>(() => connection.FindAsync(Resource.Pods, "api", default));

        Assert.StartsWith($"The Kubernetes API at {connection.Server} (context 'loopback') broke off its answer to GET ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_that_breaks_off_is_a_failure_with_a_sentence()
    {
        cluster.Before = async http =>
        {
            http.Response.StatusCode = 500;
            http.Response.ContentLength = 100;
            await http.Response.WriteAsync("{\"kind\":");
            return true;
        };
        var error = await Assert.ThrowsAsync<FailureException>(() => connection.CreateAsync(Resource.ConfigMaps, Named("once"), default));

        Assert.StartsWith($"The Kubernetes API at {connection.Server} (context 'loopback') broke off its answer to POST /api/v1/namespaces/product/configmaps, a 500: ", error.Message, StringComparison.Ordinal);
        Assert.Single(cluster.Requests);
    }

    [Theory]
    [InlineData("<html>log in</html>")]
    [InlineData("[]")]
    public async Task An_answer_that_is_no_object_is_a_failure_with_a_sentence(string text)
    {
        Answer(200, text);
        var error = await Assert.ThrowsAsync<FailureException>(() => connection.FindAsync(Resource.Pods, "api", default));

        Assert.EndsWith("answered GET api/v1/namespaces/product/pods/api with something that is no object.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        using var nobody = ClusterConnection.Open(Config("http://127.0.0.1:1", "{token: abc}"));
        var error = await Assert.ThrowsAsync<FailureException>(() => nobody.FindAsync(Resource.Pods, "api", default));

        Assert.StartsWith("The Kubernetes API at http://127.0.0.1:1/ (context 'prod') does not answer: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_named()
    {
        using var mistaken = ClusterConnection.Open(Config(connection.Server.AbsoluteUri.Replace("http:", "https:", StringComparison.Ordinal), "{token: abc}"));
        var error = await Assert.ThrowsAsync<FailureException>(() => mistaken.FindAsync(Resource.Pods, "api", default));

        Assert.Contains("(context 'prod') does not answer: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task A_server_behind_a_path_keeps_it(string end)
    {
        using var gateway = ClusterConnection.Open(Config($"{connection.Server.AbsoluteUri.TrimEnd('/')}/k8s/clusters/c-1{end}", "{token: abc}"));
        await gateway.FindAsync(Resource.Pods, "api", default);

        Assert.Equal("GET k8s/clusters/c-1/api/v1/namespaces/product/pods/api", cluster.Requests.Single());
    }

    [Theory]
    [InlineData("https://127.0.0.1:1", "{exec: {apiVersion: client.authentication.k8s.io/v1, command: /no/such/plugin}}")]
    [InlineData("https://127.0.0.1:1", "{client-certificate: gone.pem, client-key: gone.key}")]
    [InlineData("https://127.0.0.1:1", "{client-certificate-data: bm90IGEgY2VydGlmaWNhdGU=, client-key-data: bm90IGEga2V5}")]
    [InlineData("https://127.0.0.1:1", "{client-certificate-data: '!', client-key-data: '!'}")]
    [InlineData("no address", "{token: abc}")]
    [InlineData("", "{token: abc}")]
    public void A_context_that_cannot_be_used_is_a_usage_error_that_names_it(string server, string user)
    {
        var options = Config(server, user);
        var error = Assert.Throws<UsageException>(() => ClusterConnection.Open(options));

        Assert.StartsWith($"--kube-config: the context 'prod' in '{options.KubeConfig}' cannot be used: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replacement_of_what_changed_in_between_is_a_conflict()
    {
        var made = await connection.CreateAsync(Resource.ConfigMaps, Named("config"), default);
        cluster.Put("api/v1/namespaces/product/configmaps/config", Named("config"));
        var error = await Assert.ThrowsAsync<ClusterRequestException>(() => connection.ReplaceAsync(Resource.ConfigMaps, made, default));

        Assert.True(error.IsConflict);
    }

    [Fact]
    public async Task Discovery_asks_each_group_once_and_refuses_what_is_not_served()
    {
        cluster.Objects["apis/apps/v1"] = JsonNode.Parse("""{"resources":[{"name":"deployments","kind":"Deployment","namespaced":true},{"name":"deployments/status","kind":"Deployment","namespaced":true}]}""")!.AsObject();
        var discovery = new Discovery(connection);

        Assert.Equal(Resource.Deployments, await discovery.GetAsync("apps/v1", "Deployment", default));
        Assert.Null(await discovery.FindAsync("apps/v1", "Rocket", default));
        Assert.Single(cluster.Requests);
        var error = await Assert.ThrowsAsync<FailureException>(() => discovery.GetAsync("monitoring.coreos.com/v1", "ServiceMonitor", default));
        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Equal("The cluster does not serve monitoring.coreos.com/v1 ServiceMonitor. Nothing was applied. Change the manifest's apiVersion, or install what brings that kind.", error.Message);
    }

    [Fact]
    public async Task A_secret_that_the_server_quotes_is_not_repeated()
    {
        // As the test bed's API server answers a value that is no base64.
        Answer(400, """{"kind":"Status","message":"v1.Secret.Data: decode base64: illegal base64 data at input byte 6, error found in #10 byte of ...|unter-22!\"},\"kind\":\"|...","reason":"BadRequest"}""");
        var error = await Assert.ThrowsAsync<ClusterRequestException>(() => connection.CreateAsync(Resource.Secrets, Named("pin"), default));

        Assert.DoesNotContain("unter", error.Message, StringComparison.Ordinal);
        Assert.Contains("kubectl apply --dry-run=server", error.Message, StringComparison.Ordinal);
    }

    private void Answer(int status, string text, Func<HttpContext, bool>? when = null, string? retryAfter = null) => cluster.Before = async http =>
    {
        if (when?.Invoke(http) == false)
            return false;
        http.Response.StatusCode = status;
        if (retryAfter is not null)
            http.Response.Headers.RetryAfter = retryAfter;
        await http.Response.WriteAsync(text);
        return true;
    };

    private ClusterOptions Config(string server, string user) => new()
    {
        KubeConfig = folder.Write("config", $$$"""
            clusters: [{name: prod, cluster: {server: "{{{server}}}"}}]
            users: [{name: prod, user: {{{user}}}}]
            contexts: [{name: prod, context: {cluster: prod, user: prod}}]
            """),
        KubeContext = "prod",
        KubeNamespace = "product",
    };

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };
}

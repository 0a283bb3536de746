using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Incidents;
using Pipeline.Settings;
using Pipeline.Tests.Images;
using Pipeline.Tests.Preflight;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;

namespace Pipeline.Tests.Incidents;

public sealed class DiagnoseStepTests : IAsyncLifetime
{
    private const string Space = "api/v1/namespaces/product";
    private readonly LoopbackCluster cluster = new();
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(Given.Moment);
    private StepRun run = null!;

    private string Bundle => Path.Combine(folder.Path, "diagnosis-20260301T120000Z.zip");

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        run = await StepRun.StartAsync(cluster.Options, time);
        cluster.Put($"{Space}/pods/api-1", JsonNode.Parse("""
            {"metadata":{"name":"api-1","creationTimestamp":"2026-03-01T11:00:00Z","managedFields":[{"manager":"kubectl"}],
              "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"env\":\"hunter22\"}"}},
             "spec":{"nodeName":"worker-1","containers":[{"name":"api","ports":[{"name":"http","containerPort":8080}],"readinessProbe":{"httpGet":{"path":"/health","port":"http"}},
               "env":[{"name":"DB_PASSWORD","value":"in-the-manifest"},{"name":"LOG_LEVEL","value":"debug"}]}]},
             "status":{"phase":"Running","podIP":"10.0.0.1","containerStatuses":[{"name":"api","restartCount":7,"ready":false,
               "state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}}
            """)!.AsObject());
        cluster.Put("apis/apps/v1/namespaces/product/deployments/api", JsonNode.Parse("""
            {"metadata":{"name":"api"},"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"api","image":"registry/api:1","envFrom":[{"secretRef":{"name":"db-credentials"}}]}]}}}}
            """)!.AsObject());
        cluster.Put("apis/apps/v1/namespaces/product/replicasets/api-x", JsonNode.Parse("""
            {"metadata":{"name":"api-x","creationTimestamp":"2026-03-01T10:00:00Z","ownerReferences":[{"name":"api"}],"annotations":{"deployment.kubernetes.io/revision":"4","kubernetes.io/change-cause":"release 6: 1.6.0"}},
             "spec":{"template":{"spec":{"containers":[{"name":"api","image":"registry/api:1"}]}}}}
            """)!.AsObject());
        PutEvent("b", "2026-03-01T11:59:00Z", "BackOff");
        PutEvent("a", "2026-03-01T11:58:00Z", "Killing");
        cluster.Put($"{Space}/secrets/db-credentials", JsonNode.Parse("""
            {"metadata":{"name":"db-credentials"},"data":{"DATABASE_PASSWORD":"c2VjcmV0LWluLWNsdXN0ZXI=","PORT":"NTQzMg=="}}
            """)!.AsObject());
        cluster.Before = AnswerAsync;
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        folder.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task It_collects_one_bundle_and_changes_nothing()
    {
        await run.RunAsync(new DiagnoseStep(folder.Path));

        string[] expected =
        [
            "describe.md", "events.txt", "logs/api-1.api.log", "logs/api-1.api.previous.log", "metrics/api-1.metrics.txt", "objects/configmaps.json", "objects/deployments.json",
            "objects/events.json", "objects/jobs.json", "objects/leases.json", "objects/nodes.json", "objects/pods.json", "objects/replicasets.json", "objects/secrets.txt", "objects/usage-of-nodes.json", "objects/usage-of-pods.json",
            "probes/api-1.api.readinessProbe.txt", "record/releases.json", "summary.md",
        ];
        Assert.Equal(expected, Files().Keys.Order(StringComparer.Ordinal));
        Assert.Equal([$"changed      the evidence is in '{Bundle}'; read '{Path.ChangeExtension(Bundle, ".md")}' first"], run.Summary);
        Assert.All(cluster.Requests, r => Assert.StartsWith("GET ", r, StringComparison.Ordinal));
        Assert.Equal(["diagnosis-20260301T120000Z.md", "diagnosis-20260301T120000Z.zip"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_summary_begins_with_what_stands_out()
    {
        await run.RunAsync(new DiagnoseStep(folder.Path));
        var summary = await File.ReadAllTextAsync(Path.ChangeExtension(Bundle, ".md"));

        Assert.Contains("- Deployment/api: 0 of 1 pods are ready\n- Pod/api-1 on node worker-1, container 'api': OOMKilled, exit code 137 (SIGKILL)", summary, StringComparison.Ordinal);
        Assert.Contains("| api-1 | worker-1 | CrashLoopBackOff | 0/1   | 7        | 60m | OOMKilled, exit code 137 (SIGKILL) at |", summary, StringComparison.Ordinal);
        Assert.Contains("| api 4    | 2026-03-01T10:00:00Z | 0    | release 6: 1.6.0 | registry/api:1 |", summary, StringComparison.Ordinal);
        Assert.Contains("| 8080/health  | 503    |", summary, StringComparison.Ordinal);
        Assert.True(summary.IndexOf("Killing", StringComparison.Ordinal) < summary.IndexOf("| BackOff", StringComparison.Ordinal));
        Assert.Equal(summary, Files()["summary.md"]);
    }

    [Fact]
    public async Task No_secret_is_in_the_evidence()
    {
        await run.RunAsync(new StepOf(context =>
        {
            context.Hide(Secret.From("hunter22"));
            return Task.CompletedTask;
        }));
        await run.RunAsync(new DiagnoseStep(folder.Path));
        var files = Files();

        Assert.Equal("starting\ncannot log in with ***\npostgresql://dataset:***@db/dataset\nDB_PASSWORD=*** token: *** and *** of the cluster\n", files["logs/api-1.api.log"]);
        Assert.Equal("db-credentials: DATABASE_PASSWORD (17 bytes), PORT (4 bytes)\n", files["objects/secrets.txt"]);
        var pod = JsonNode.Parse(files["objects/pods.json"])![0]!;
        Assert.Equal("""[{"name":"DB_PASSWORD","value":"***"},{"name":"LOG_LEVEL","value":"debug"}]""", pod["spec"]!["containers"]![0]!["env"]!.ToJsonString());
        Assert.Equal("{}", pod["metadata"]!["annotations"]!.ToJsonString());
        Assert.Null(pod["metadata"]!["managedFields"]);
        foreach (var secret in (string[])["hunter22", "in-the-manifest", "other-one", "secret-in-cluster", "c2VjcmV0"])
            Assert.All(files, f => Assert.DoesNotContain(secret, f.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_long_value_is_masked_but_plain_names_whoever_refers_to_its_Secret()
    {
        PutSecret("of-a-job", ("HANDLE", "aaaaaaaaaa"), ("DB_HOST", "in-api-metrics"), ("APP_ENV", "production"), ("username", "starting"), ("PIN", "12345"));
        PutSecret("optional-one", ("LICENCE", "bbbbbbbbbb"));
        Put("apis/batch/v1", "cronjobs", """{"metadata":{"name":"nightly"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"c","envFrom":[{"secretRef":{"name":"of-a-job"}}]}]}}}}}}""");
        Put("api/v1", "pods", """{"metadata":{"name":"stateful-0"},"spec":{"containers":[{"name":"c","env":[{"name":"L","valueFrom":{"secretKeyRef":{"name":"optional-one","key":"LICENCE","optional":true}}},{"name":"N","valueFrom":{"secretKeyRef":{"name":"none","key":"x","optional":true}}}]}]}}""");
        cluster.Before = async http =>
        {
            if (!http.Request.Path.Value!.EndsWith("/log", StringComparison.Ordinal))
                return await AnswerAsync(http);
            await http.Response.WriteAsync("starting in production with aaaaaaaaaa, bbbbbbbbbb and 12345 of in-api-metrics\n");
            return true;
        };
        cluster.Instead = async (http, _) =>
        {
            if (!http.Request.Path.Value!.EndsWith("/cronjobs", StringComparison.Ordinal))
                return false;
            await http.Response.WriteAsync(new JsonObject { ["metadata"] = new JsonObject(), ["items"] = new JsonArray(cluster.Objects["apis/batch/v1/namespaces/product/cronjobs/nightly"].DeepClone()) }.ToJsonString());
            return true;
        };
        await run.RunAsync(new DiagnoseStep(folder.Path));

        Assert.Equal("starting in production with ***, *** and 12345 of in-api-metrics\n", Files()["logs/api-1.api.log"]);
        Assert.Contains("none: does not exist, and is optional\n", Files()["objects/secrets.txt"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_was_read_from_a_file_is_masked_without_its_last_newline_and_line_by_line()
    {
        PutSecret("db-credentials", ("handle.txt", "word-in-a-file\n"), ("pin.txt", "1234567\n"), ("tls.key", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n"));
        cluster.Before = async http =>
        {
            if (!http.Request.Path.Value!.EndsWith("/log", StringComparison.Ordinal))
                return await AnswerAsync(http);
            await http.Response.WriteAsync("read word-in-a-file, 1234567\nand MIIEvQIBADANBgkqhkiG9w0B\n");
            return true;
        };
        await run.RunAsync(new DiagnoseStep(folder.Path));

        Assert.Equal("read ***, 1234567\nand ***\n", Files()["logs/api-1.api.log"]);
        Assert.Equal("db-credentials: handle.txt (15 bytes), pin.txt (8 bytes), tls.key (79 bytes)\n", Files()["objects/secrets.txt"]);
    }

    [Fact]
    public async Task Before_something_is_put_back_a_log_waits_for_no_event()
    {
        run.Evidence = folder.Path;
        var isRead = new TaskCompletionSource();
        cluster.Before = async http =>
        {
            if (http.Request.Path.Value!.EndsWith("/events", StringComparison.Ordinal))
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return true;
            }

            if (http.Request.Query.ContainsKey("previous"))
                isRead.TrySetResult();
            return await AnswerAsync(http);
        };
        var failing = run.FailAsync(new StepOf(async context =>
        {
            await context.ClusterAsync(default);
            context.OnFailure("the pods", _ => Task.CompletedTask);
            throw new Errors.FailureException("it failed");
        }));
        await isRead.Task.WaitAsync(TimeSpan.FromSeconds(20));
        // The answers are on their way.
        await Task.Delay(500);
        while (!failing.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            await Task.WhenAny(failing, Task.Delay(20));
        }

        await failing;
        Assert.Contains("logs/api-1.api.log", Files().Keys);
        Assert.Contains("logs/api-1.api.previous.log", Files().Keys);
        Assert.DoesNotContain("objects/events.json", Files().Keys);
    }

    [Fact]
    public async Task A_missing_right_does_not_hide_the_rest()
    {
        cluster.Forbidden.UnionWith([$"{Space}/events", $"{Space}/pods/api-1:8080/proxy/metrics", "api/v1/nodes"]);
        cluster.Before = _ => Task.FromResult(false);
        await run.RunAsync(new DiagnoseStep(folder.Path));

        Assert.True(Files().ContainsKey("objects/pods.json"));
        Assert.False(Files().ContainsKey("objects/events.json"));
        Assert.Contains("I Not collected, not allowed: answers of pods (the right to get pods/proxy), events, nodes", run.Log);
        Assert.DoesNotContain(cluster.Requests, r => r.EndsWith("/proxy/health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_does_not_answer_costs_only_its_own_log()
    {
        var isAsked = new TaskCompletionSource();
        cluster.Before = async http =>
        {
            if (!http.Request.Path.Value!.EndsWith("/log", StringComparison.Ordinal))
                return await AnswerAsync(http);
            isAsked.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var taking = run.RunAsync(new DiagnoseStep(folder.Path));
        await isAsked.Task.WaitAsync(TimeSpan.FromSeconds(20));
        while (!taking.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(taking, Task.Delay(20));
        }

        await taking;
        Assert.Contains(run.Log, l => l.StartsWith("I Not collected, no answer in time: ", StringComparison.Ordinal) && l.Contains("api-1.api.log", StringComparison.Ordinal));
        Assert.InRange(time.GetUtcNow() - Given.Moment, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task What_a_failed_run_is_about_to_put_back_is_kept_first()
    {
        run.Evidence = folder.Path;
        var wasKept = false;
        await run.FailAsync(new StepOf(async context =>
        {
            await context.ClusterAsync(default);
            context.OnFailure("the pods", _ =>
            {
                wasKept = File.Exists(Bundle);
                return Task.CompletedTask;
            });
            throw new Errors.FailureException("it failed");
        }));

        Assert.True(wasKept);
        Assert.Contains("logs/api-1.api.previous.log", Files().Keys);
        Assert.DoesNotContain(cluster.Requests, r => r.Contains("/proxy/", StringComparison.Ordinal));
        Assert.Equal(Errors.ExitCode.PutBack, run.ExitCode);
    }

    [Fact]
    public async Task Evidence_that_cannot_be_written_keeps_nothing_from_being_put_back()
    {
        run.Evidence = Path.Combine(folder.Write("file", ""), "below-a-file");
        await run.FailAsync(new StepOf(async context =>
        {
            await context.ClusterAsync(default);
            context.OnFailure("the pods", _ => Task.CompletedTask);
            throw new Errors.FailureException("it failed");
        }));

        Assert.Equal(Errors.ExitCode.PutBack, run.ExitCode);
        Assert.Contains(run.Log, l => l.StartsWith($"W No evidence was kept in '{run.Evidence}': ", StringComparison.Ordinal));
    }

    private async Task<bool> AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        var (status, body) = path switch
        {
            _ when path.EndsWith("/log", StringComparison.Ordinal) => (200, "starting\ncannot log in with hunter22\npostgresql://dataset:other-one@db/dataset\nDB_PASSWORD=hunter23 token: abc.def and secret-in-cluster of the cluster\n"),
            _ when path.EndsWith("/proxy/metrics", StringComparison.Ordinal) => (200, "requests_total 3\n"),
            _ when path.EndsWith("/proxy/health", StringComparison.Ordinal) => (503, """{"status":"down"}"""),
            _ => (0, ""),
        };
        if (status == 0)
            return false;
        http.Response.StatusCode = status;
        await http.Response.WriteAsync(body);
        return true;
    }

    private Dictionary<string, string> Files()
    {
        using var zip = ZipFile.OpenRead(Directory.GetFiles(folder.Path, "*.zip").Single());
        return zip.Entries.ToDictionary(e => e.FullName, e =>
        {
            using var reader = new StreamReader(e.Open());
            return reader.ReadToEnd();
        });
    }

    private void Put(string group, string plural, string json)
    {
        var body = JsonNode.Parse(json)!.AsObject();
        cluster.Put($"{group}/namespaces/product/{plural}/{body.Name()}", body);
    }

    private void PutSecret(string name, params (string Key, string Value)[] data) => cluster.Put($"{Space}/secrets/{name}", new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject(data.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(d.Value))))),
    });

    private void PutEvent(string name, string seen, string reason) => cluster.Put($"{Space}/events/{name}", new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["involvedObject"] = new JsonObject { ["kind"] = Resource.Pods.Kind, ["name"] = "api-1" },
        ["lastTimestamp"] = seen,
        ["reason"] = reason,
        ["type"] = "Warning",
    });
}

using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Tests.Rollouts;

/// <summary>What becomes of a rollout that fails, and of what was there before it.</summary>
public sealed class DeployFailureTests : DeployBed
{
    [Fact]
    public async Task Several_deployments_are_watched_side_by_side_and_the_first_failure_is_the_verdict()
    {
        await SucceedAsync();
        await StartAsync("1.5.0", "sha256:2");
        folder.Write("d.yaml", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: worker}, spec: {replicas: 1, selector: {matchLabels: {app: worker}}, template: {metadata: {labels: {app: worker}}, spec: {containers: [{name: worker, image: team/api}]}}}}");
        workloads.Controller = d =>
        {
            if (d.Name() == "worker")
                Crash(d);
            else if (ImageOf("api") == "team/api@sha256:1")
                workloads.RollOut(d);
        };
        var error = await run.FailAsync(Step);

        Assert.StartsWith("Deployment/worker failed after 0 s: Pod/worker-1-0", error.Message, StringComparison.Ordinal);
        Assert.Equal((ExitCode.PutBack, "team/api@sha256:1"), (error.ExitCode, ImageOf("api")));
    }

    [Fact]
    public async Task A_release_whose_pods_crash_is_put_back_and_what_it_made_is_gone()
    {
        await SucceedAsync();
        var config = ConfigOf("api");
        await StartAsync("1.5.0", "sha256:2");
        folder.Write("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: debug}}");
        folder.Write("b2.yaml", "{apiVersion: v1, kind: Service, metadata: {name: new}, spec: {ports: [{port: 80}]}}");
        workloads.Controller = d =>
        {
            if (ImageOf("api") == "team/api@sha256:1")
                workloads.RollOut(d);
            else
                Crash(d);
        };
        workloads.Logs["api-2-0/api/previous"] = "Traceback:\n  File \"main.py\"\nKeyError: 'X'\n";
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal(("team/api@sha256:1", config), (ImageOf("api"), ConfigOf("api")));
        Assert.Null(workloads.Find(new Resource("v1", "Service", "services"), "new"));
        Assert.NotNull(workloads.Find(new Resource("v1", "Service", "services"), "api"));
        Assert.Equal("Deployment/api failed after 0 s: Pod/api-2-0 on node worker-1, container 'api': CrashLoopBackOff, exit code 1", error.Message.Split(Environment.NewLine)[0]);
    }

    [Fact]
    public async Task A_Secret_that_the_release_changed_is_back_before_the_pods_that_read_it()
    {
        folder.Write("a2.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: mail}, stringData: {password: right}}");
        await SucceedAsync();
        await StartAsync("1.5.0", "sha256:2");
        folder.Write("a2.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: mail}, stringData: {password: wrong}}");
        workloads.Controller = d =>
        {
            if (PasswordOf("mail") == "right")
                workloads.RollOut(d);
            else
                Crash(d);
        };
        var error = await run.FailAsync(Step);

        Assert.Equal((ExitCode.PutBack, "team/api@sha256:1", "right"), (error.ExitCode, ImageOf("api"), PasswordOf("mail")));
        Assert.Contains("put back     what no record holds: Secret/mail", run.Summary);

        string? PasswordOf(string secret) => workloads.Find(Resource.Secrets, secret).Text("stringData", "password");
    }

    [Fact]
    public async Task What_an_earlier_run_of_the_release_applied_goes_back_too_when_a_later_step_fails()
    {
        await SucceedAsync();
        await StartAsync("1.5.0", "sha256:2");
        await run.RunAsync(Step);
        // Killed here; the next run finds the pods as they should be.
        await run.NextAsync();
        await RecordImageAsync("sha256:2");
        await run.RunAsync(Step);
        Assert.Contains("left alone   the cluster: its 3 objects already are those of this release, no pod restarted", run.Summary);
        await run.FailAsync(new Runs.StepOf("Verify", (_, _) => throw new FailureException("The page is broken.")));

        Assert.Equal((ExitCode.PutBack, "team/api@sha256:1"), (run.ExitCode, ImageOf("api")));
    }

    [Fact]
    public async Task A_Secret_that_an_ended_run_changed_is_named_for_no_record_has_its_values()
    {
        folder.Write("a2.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: mail}, data: {password: cmlnaHQ=}}");
        await SucceedAsync();
        await StartAsync("1.5.0", "sha256:2");
        folder.Write("a2.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: mail}, data: {password: d3Jvbmc=}}");
        await run.RunAsync(Step);
        await run.NextAsync();
        await RecordImageAsync("sha256:2");
        await run.RunAsync(Step);
        await run.FailAsync(new Runs.StepOf("Verify", (_, _) => throw new FailureException("The page is broken.")));

        Assert.Equal(ExitCode.PutBack, run.ExitCode);
        Assert.Contains("left alone   Secret/mail: its values are not those that release 1 left, and no record keeps values; put them back by hand if its pods need them", run.Summary);
    }

    [Fact]
    public async Task An_object_that_is_gone_or_was_changed_since_an_earlier_run_is_applied_again()
    {
        await run.RunAsync(Step);
        await run.NextAsync();
        workloads.Changes.Clear();
        cluster.Objects.TryRemove(new Resource("v1", "Service", "services").PathIn("product", "api"), out _);
        await RecordImageAsync("sha256:1");
        await run.RunAsync(Step);

        Assert.Contains("apply Service/api", Applied);
        Assert.NotNull(workloads.Find(new Resource("v1", "Service", "services"), "api"));
    }

    [Fact]
    public async Task A_failure_shows_pod_node_exit_code_log_and_events()
    {
        workloads.Controller = Crash;
        workloads.Logs["api-1-0/api/previous"] = "Traceback:\n  File \"main.py\"\nKeyError: 'X'\n";
        workloads.Logs["api-1-0/api"] = "starting again\n";
        workloads.Put(Resource.Events, LoopbackWorkloads.Yaml("""{metadata: {name: e1}, type: Warning, reason: BackOff, count: 3, lastTimestamp: '2026-01-01T00:00:02Z', message: 'Back-off restarting failed container', involvedObject: {kind: Pod, name: api-1-0}}"""));
        workloads.Put(Resource.Events, LoopbackWorkloads.Yaml("""{metadata: {name: e2}, type: Warning, reason: Unhealthy, lastTimestamp: '2026-01-01T00:00:01Z', message: 'probe failed', involvedObject: {kind: Pod, name: other}}"""));
        workloads.Put(Resource.Events, LoopbackWorkloads.Yaml("""{metadata: {name: e3}, type: Normal, reason: Pulled, message: 'pulled', involvedObject: {kind: Pod, name: api-1-0}}"""));
        var error = await run.FailAsync(Step);

        Assert.Equal(
            """
            Deployment/api failed after 0 s: Pod/api-1-0 on node worker-1, container 'api': CrashLoopBackOff, exit code 1
              Pod/api-1-0 on node worker-1, container 'api': CrashLoopBackOff, exit code 1
                log of the run before  Traceback:
                log of the run before    File "main.py"
                log of the run before  KeyError: 'X'
                log  starting again
              event  Pod/api-1-0 BackOff ×3: Back-off restarting failed container
              hint  The program ends by itself, three times in a row: the log says why.
            """, error.Message, ignoreLineEndingDifferences: true);
        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Empty(workloads.All(Resource.Deployments));
    }

    [Fact]
    public async Task Of_many_pods_the_one_that_decided_is_shown_with_its_log()
    {
        workloads.Controller = d =>
        {
            var revision = $"{d.Number("metadata", "generation")}";
            workloads.PutReplicaSet(d, revision);
            for (var pod = 0; pod < 5; pod++)
                workloads.PutPod(d, revision, pod, LoopbackWorkloads.Yaml(pod < 4
                    ? "containerStatuses: [{name: api, state: {waiting: {reason: ContainerCreating}}}]"
                    : "containerStatuses: [{name: api, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]"));
            workloads.PutStatus(d, revision, LoopbackWorkloads.Yaml($"{{observedGeneration: {revision}, replicas: 5, updatedReplicas: 5}}"));
        };
        workloads.Logs["api-1-4/api"] = "no such database\n";
        var error = await run.FailAsync(Step);

        Assert.Contains("    log  no such database", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_first_release_found_is_put_back_as_it_was()
    {
        workloads.Put(Resource.Deployments, LoopbackWorkloads.Yaml("""
            metadata: {name: api, generation: 4, annotations: {deployment.kubernetes.io/revision: '4'} }
            spec: {replicas: 2, selector: {matchLabels: {app: api}}, template: {spec: {containers: [{name: api, image: 'by-hand:7'}]}}}
            """));
        workloads.Controller = d =>
        {
            if (ImageOf("api") == "by-hand:7")
                workloads.RollOut(d);
            else
                Crash(d);
        };
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal("by-hand:7", ImageOf("api"));
        Assert.Empty(workloads.All(new Resource("v1", "Service", "services")));
        // Put back means that the pods serve again, not that somebody was asked.
        Assert.Contains("I Deployment/api: all 2 pods run the release and serve", run.Log);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_that_was_found_is_put_back_although_it_changed_or_went_in_between(bool isGone)
    {
        var services = new Resource("v1", "Service", "services");
        workloads.Put(services, LoopbackWorkloads.Yaml("{metadata: {name: api}, spec: {ports: [{port: 8000}]}}"));
        workloads.Controller = d =>
        {
            if (isGone)
                cluster.Objects.TryRemove(services.PathIn("product", "api"), out _);
            else
                workloads.Put(services, (JsonObject)workloads.Find(services, "api")!.DeepClone());
            Crash(d);
        };
        var error = await run.FailAsync(Step);

        Assert.Equal(ExitCode.PutBack, error.ExitCode);
        Assert.Equal(8000, workloads.Find(services, "api")!.Items("spec", "ports").Single().Number("port"));
    }
}

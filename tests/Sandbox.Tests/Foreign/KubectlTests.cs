namespace Sandbox.Tests.Foreign;

/// <summary>The product's manifests, rolled out and asked about with the program that everybody uses.</summary>
public sealed class KubectlTests : IAsyncLifetime
{
    private const string Deployment = "deployment/dataset-management-api";
    private ForeignBed bed = null!;

    public async Task InitializeAsync() => bed = await ForeignBed.StartAsync("kubectl", "docker");

    public async Task DisposeAsync()
    {
        if (bed is not null)
            await bed.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_release_goes_forward_and_back()
    {
        await ReleaseAsync("1");
        Assert.Contains("successfully rolled out", await bed.KubectlAsync($"rollout status {Deployment} --timeout=30s"), StringComparison.Ordinal);
        await ReleaseAsync("2");
        Assert.Contains("successfully rolled out", await bed.KubectlAsync($"rollout status {Deployment} --timeout=30s"), StringComparison.Ordinal);
        Assert.Matches(@"REVISION\s+CHANGE-CAUSE\s+1\s+<none>\s+2\s+<none>$", await bed.KubectlAsync($"rollout history {Deployment}"));
        Assert.Contains("dataset-management/api:2", await bed.KubectlAsync($"rollout history {Deployment} --revision=2"), StringComparison.Ordinal);

        Assert.Contains("rolled back", await bed.KubectlAsync($"rollout undo {Deployment}"), StringComparison.Ordinal);
        await bed.KubectlAsync($"rollout status {Deployment} --timeout=30s");
        Assert.EndsWith("dataset-management/api:1", await bed.KubectlAsync($"get {Deployment} -o jsonpath={{.spec.template.spec.containers[0].image}}"), StringComparison.Ordinal);
        Assert.Contains("restarted", await bed.KubectlAsync($"rollout restart {Deployment}"), StringComparison.Ordinal);
        await bed.KubectlAsync($"rollout status {Deployment} --timeout=30s");
        Assert.Contains("condition met", await bed.KubectlAsync($"wait {Deployment} --for=condition=Available --timeout=10s"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Tables_have_the_columns_of_a_real_cluster_and_sort()
    {
        await ReleaseAsync("1");
        await bed.KubectlAsync($"rollout status {Deployment} --timeout=30s");

        Assert.Matches(@"NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n\S+ +1/1 +Running .* +node-[12] +<none> +<none>", await bed.KubectlAsync("get pods -o wide"));
        Assert.Matches(@"NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\n", await bed.KubectlAsync("get deployments -o wide"));
        Assert.Matches(@"PORT\(S\) +AGE +SELECTOR\n.* 80/TCP,8080/TCP +\S+ +app=dataset-management-api", await bed.KubectlAsync("get services -o wide"));
        Assert.Matches(@"ENDPOINTS +AGE\n\S+ +10\.244\.0\.\d+:8080,10\.244\.0\.\d+:8080,10\.244\.0\.\d+:8080 \+ 3 more\.\.\.", await bed.KubectlAsync("get endpoints dataset-management-api"));
        Assert.Matches(@"VERSION +INTERNAL-IP +EXTERNAL-IP +OS-IMAGE +KERNEL-VERSION +CONTAINER-RUNTIME\n", await bed.KubectlAsync("get nodes -o wide"));
        Assert.Contains("ScalingReplicaSet", await bed.KubectlAsync("get events --sort-by=.lastTimestamp"), StringComparison.Ordinal);
        var pods = (await bed.KubectlAsync("get pods --sort-by=.status.podIP -o custom-columns=IP:.status.podIP --no-headers")).Split('\n');
        Assert.Equal(pods.Order(StringComparer.Ordinal), pods);
        Assert.Equal(3, (await bed.KubectlAsync("get pods --watch --no-headers --request-timeout=1s")).Split('\n').Count(l => l.Contains("Running", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public async Task Deployments_and_pods_are_described_measured_and_read()
    {
        await ReleaseAsync("1");
        await bed.KubectlAsync($"rollout status {Deployment} --timeout=30s");

        var described = await bed.KubectlAsync($"describe {Deployment}");
        Assert.Matches(@"Replicas:\s+3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable", described);
        Assert.Matches(@"Available\s+True\s+MinimumReplicasAvailable", described);
        Assert.Matches(@"ScalingReplicaSet .* Scaled up replica set dataset-management-api-\S+ to 3", described);
        var pod = (await bed.KubectlAsync("get pods -o name")).Split('\n')[0];
        var events = await bed.KubectlAsync($"get events --field-selector=involvedObject.name={pod["pod/".Length..]} -o custom-columns=R:.reason --no-headers");
        // The image of one pod may have been pulled for another.
        Assert.Equal(["Scheduled", "Pulled", "Created", "Started"], events.Split('\n').Where(e => e != "Pulling"));
        Assert.Contains("Readiness:  http-get http://:http/health", await bed.KubectlAsync($"describe {pod}"), StringComparison.Ordinal);
        Assert.Contains("Uvicorn running on http://0.0.0.0:8080", await bed.KubectlAsync($"logs {pod} --tail=1"), StringComparison.Ordinal);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z INFO: ", await bed.KubectlAsync($"logs {pod} --timestamps"));
        Assert.Matches(@"NAME\s+CPU\(cores\)\s+MEMORY\(bytes\)\s+\S+\s+\d+m\s+\d+Mi", await bed.KubectlAsync("top pods"));
    }

    [SkippableFact]
    public async Task A_container_that_ends_leaves_its_last_words()
    {
        var image = await bed.PushImageAsync("1");
        await File.WriteAllTextAsync(Path.Combine(bed.Folder, "crash.json"), $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"crash"},
             "spec":{"containers":[{"name":"main","image":"{{{image}}}","command":["sh","-c","echo gone; exit 3"]}]}}
            """);
        await bed.KubectlAsync("apply --server-side --validate=false -f crash.json");
        await bed.KubectlAsync("wait pod/crash --for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff --timeout=20s");

        Assert.Equal("gone", await bed.KubectlAsync("logs crash --previous"));
        Assert.Equal("3", await bed.KubectlAsync("get pod crash -o jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}"));
        await bed.KubectlAsync("delete pod crash --timeout=20s");
    }

    [SkippableFact]
    public async Task Deleting_takes_what_is_owned_along_or_leaves_it()
    {
        await ReleaseAsync("1");
        await bed.KubectlAsync($"rollout status {Deployment} --timeout=30s");

        await bed.KubectlAsync($"delete {Deployment} --cascade=orphan");
        Assert.Equal(3, (await bed.KubectlAsync("get pods -o name")).Split('\n').Length);
        await bed.KubectlAsync("delete replicasets --all --cascade=foreground --timeout=60s");
        Assert.DoesNotContain("pod/", await bed.KubectlAsync("get all"), StringComparison.Ordinal);
    }

    private async Task ReleaseAsync(string version)
    {
        var image = await bed.PushImageAsync(version);
        var k8s = Path.Combine(RepositoryRoot.Path, "k8s");
        var deployment = await File.ReadAllTextAsync(Path.Combine(k8s, "deployment.yaml"));
        // What pods do before they end takes as long as it says, and is not what is tested.
        deployment = deployment.Replace("image: dataset-management/api", $"image: {image}", StringComparison.Ordinal).Replace("sleep 15", "sleep 0", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(bed.Folder, "deployment.yaml"), deployment);
        Assert.Contains("serverside-applied", await bed.KubectlAsync($"apply --server-side --validate=false -f {k8s}/config.yaml -f deployment.yaml -f {k8s}/service.yaml"), StringComparison.Ordinal);
    }
}

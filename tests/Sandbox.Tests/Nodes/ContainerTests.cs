using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Nodes;

namespace Sandbox.Tests.Nodes;

public sealed class ContainerTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_container_that_crashes_is_restarted_after_growing_pauses()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.CreatePod("crash", """
            "image":"busybox:1","command":["sh","-c","echo said; exit 3"]
            """);

        await bed.UntilAsync(() => bed.Waiting("crash").Text("reason") == "CrashLoopBackOff");
        var uid = bed.Pod("crash").Text("metadata", "uid");
        Assert.Equal($"back-off 10s restarting failed container=main pod=crash_space({uid})", bed.Waiting("crash").Text("message"));
        Assert.Equal(1, bed.Status("crash").Number("restartCount"));
        Assert.Equal(("3", "Error"), (bed.Status("crash").Text("lastState", "terminated", "exitCode"), bed.Status("crash").Text("lastState", "terminated", "reason")));
        Assert.Equal("Running", bed.Pod("crash").Text("status", "phase"));
        Assert.Equal(["said"], await bed.LogAsync("crash", new PodLogOptions { Previous = true }));

        time.Advance(TimeSpan.FromSeconds(10));
        await bed.UntilAsync(() => bed.Waiting("crash").Text("message")?.StartsWith("back-off 20s", StringComparison.Ordinal) == true);
        Assert.Equal(2, bed.Status("crash").Number("restartCount"));
        Assert.Contains("BackOff: Back-off restarting failed container", bed.Events);
    }

    [Fact]
    public void Pauses_double_up_to_five_minutes_and_are_forgotten_after_ten()
    {
        var backOff = new BackOff(time);
        var pauses = Enumerable.Range(0, 8).Select(_ => BackOff.Text(backOff.Next(isFirstFree: true, ran: TimeSpan.Zero))).ToList();

        Assert.Equal(["0s", "10s", "20s", "40s", "1m20s", "2m40s", "5m0s", "5m0s"], pauses);
        Assert.Equal(TimeSpan.Zero, backOff.Next(isFirstFree: true, ran: TimeSpan.FromMinutes(11)));
    }

    [Fact]
    public async Task An_image_that_is_missing_is_tried_again_and_heals()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.CreatePod("late", """
            "image":"registry/late:1","command":["sleep","infinity"]
            """);
        await bed.UntilAsync(() => bed.Waiting("late").Text("reason") == "ErrImagePull");
        Assert.Contains("not found", bed.Waiting("late").Text("message"), StringComparison.Ordinal);
        Assert.Equal("Pending", bed.Pod("late").Text("status", "phase"));
        await AdvanceUntilAsync(bed, () => bed.Waiting("late").Text("reason") == "ImagePullBackOff");
        Assert.Equal("Back-off pulling image \"registry/late:1\"", bed.Waiting("late").Text("message"));

        bed.Images["registry/late:1"] = bed.Images["busybox:1"];
        await AdvanceUntilAsync(bed, () => bed.Pod("late").IsReady());

        Assert.Contains("Failed: Error: ErrImagePull", bed.Events);
        Assert.Contains("Failed: Error: ImagePullBackOff", bed.Events);
    }

    [Theory]
    [InlineData("\"image\":\"UPPER/Case:1\"", "InvalidImageName")]
    [InlineData("\"image\":\"registry/none:1\",\"imagePullPolicy\":\"Never\"", "ErrImageNeverPull")]
    public async Task An_image_that_can_never_be_had_is_said_so(string container, string reason)
    {
        await using var bed = await NodeBed.StartAsync(time);

        bed.CreatePod("never", container);

        await bed.UntilAsync(() => bed.Waiting("never").Text("reason") == reason);
    }

    [Fact]
    public async Task A_missing_secret_is_waited_for()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.CreatePod("needs", """
            "image":"busybox:1","command":["sh","-c","echo $(PASSWORD) $(NAME); sleep infinity"],
            "env":[{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}},{"name":"NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]
            """);
        await bed.UntilAsync(() => bed.Waiting("needs").Text("reason") == "CreateContainerConfigError");
        Assert.Equal("secret \"db\" not found", bed.Waiting("needs").Text("message"));
        bed.Writer.Create(ResourceKind.Secrets, NodeBed.Space, (JsonObject)JsonNode.Parse("""{"metadata":{"name":"db"},"data":{}}""")!);
        await AdvanceUntilAsync(bed, () => bed.Waiting("needs").Text("message") == "couldn't find key password in Secret space/db");

        bed.Writer.Update(ResourceKind.Secrets, NodeBed.Space, "db", s => s["data"] = new JsonObject { ["password"] = Convert.ToBase64String("hidden"u8) });
        await AdvanceUntilAsync(bed, () => bed.Pod("needs").IsReady());

        await bed.UntilAsync(() => bed.LogAsync("needs").Result.Count == 1);
        Assert.Equal(["hidden needs"], await bed.LogAsync("needs"));
    }

    [Fact]
    public async Task A_volume_waits_for_its_secret()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.CreatePod("mounts", """
            "image":"busybox:1","command":["sleep","infinity"],"volumeMounts":[{"name":"v","mountPath":"/v"}]
            """, ""","volumes":[{"name":"v","secret":{"secretName":"x"}},{"name":"unused","secret":{"secretName":"never"}}]""");
        await bed.UntilAsync(() => bed.Events.Contains("FailedMount: MountVolume.SetUp failed for volume \"v\" : secret \"x\" not found"));
        Assert.Equal("ContainerCreating", bed.Waiting("mounts").Text("reason"));

        bed.Writer.Create(ResourceKind.Secrets, NodeBed.Space, (JsonObject)JsonNode.Parse("""{"metadata":{"name":"x"}}""")!);

        await AdvanceUntilAsync(bed, () => bed.Pod("mounts").IsReady());
    }

    [Fact]
    public async Task A_container_that_fails_its_liveness_is_ended_and_restarted()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.CreatePod("deaf", """
            "image":"busybox:1","command":["sleep","infinity"],"livenessProbe":{"tcpSocket":{"port":81},"periodSeconds":1,"failureThreshold":2}
            """);

        await AdvanceUntilAsync(bed, () => bed.Status("deaf").Number("restartCount") == 1);

        Assert.Contains("Killing: Container main failed liveness probe, will be restarted", bed.Events);
        Assert.Contains(bed.Events, e => e.StartsWith("Unhealthy: Liveness probe failed: dial tcp 10.244.", StringComparison.Ordinal));
        Assert.Equal("143", bed.Status("deaf").Text("lastState", "terminated", "exitCode"));
    }

    [Theory]
    [InlineData("$(KNOWN)-$(UNKNOWN)", "value-$(UNKNOWN)")]
    [InlineData("$$(KNOWN)", "$(KNOWN)")]
    public void Only_known_variables_are_put_in(string text, string expected) =>
        Assert.Equal(expected, ContainerEnvironment.Expand(text, new Dictionary<string, string> { ["KNOWN"] = "value" }));

    [Fact]
    public async Task A_command_that_the_image_does_not_have_cannot_start()
    {
        await using var bed = await NodeBed.StartAsync(time);

        bed.CreatePod("wrong", "\"image\":\"busybox:1\",\"command\":[\"nonsense\"]");

        await bed.UntilAsync(() => bed.Status("wrong").Text("lastState", "terminated", "reason") == "StartError");
        Assert.Equal(128, bed.Status("wrong").Number("lastState", "terminated", "exitCode"));
        Assert.Contains(bed.Events, e => e.Contains("exec: \"nonsense\": executable file not found in $PATH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("crash-at-start:7", "7", "Error")]
    [InlineData("oom-at-start", "137", "OOMKilled")]
    public async Task A_fault_at_the_start_shows_as_the_real_one_does(string fault, string exitCode, string reason)
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.Faults.On(Fault.Parse(fault));

        bed.CreateApi(1, "registry/api:1");

        await bed.UntilAsync(() => bed.Pods.Any(p => bed.Waiting(p.Name()).Text("reason") == "CrashLoopBackOff"));
        var ended = bed.Status(bed.Pods[0].Name()).At("lastState", "terminated");
        Assert.Equal((exitCode, reason), (ended.Text("exitCode"), ended.Text("reason")));
    }

    [Fact]
    public async Task A_pod_is_given_its_time_to_end()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.CreatePod("slow", """
            "image":"busybox:1","command":["sleep","infinity"],"lifecycle":{"preStop":{"exec":{"command":["sleep","15"]}}}
            """, ""","terminationGracePeriodSeconds":60""");
        await bed.UntilAsync(() => bed.Pod("slow").IsReady());

        bed.Writer.Delete(bed.Store.Find(ResourceKind.Pods, NodeBed.Space, "slow")!, time);
        await bed.UntilAsync(() => bed.Events.Contains("Killing: Stopping container main"));
        time.Advance(TimeSpan.FromSeconds(14));
        await Task.Delay(100);
        Assert.Single(bed.Pods);

        // On a busy machine the hook's seconds begin a moment after the event.
        await bed.UntilAsync(() => bed.Pods.Count == 0, eachTime: () => time.Advance(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task Init_containers_run_first_and_their_failure_is_a_pods_that_runs_once()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.CreatePod("good", "\"image\":\"busybox:1\",\"command\":[\"true\"]", ""","restartPolicy":"Never","initContainers":[{"name":"first","image":"busybox:1","command":["true"]}]""");
        bed.CreatePod("bad", "\"image\":\"busybox:1\",\"command\":[\"true\"]", ""","restartPolicy":"Never","initContainers":[{"name":"first","image":"busybox:1","command":["false"]}]""");

        await bed.UntilAsync(() => bed.Pod("good").Text("status", "phase") == "Succeeded" && bed.Pod("bad").Text("status", "phase") == "Failed");

        Assert.Equal("PodInitializing", bed.Waiting("bad").Text("reason"));
        Assert.Equal("PodCompleted", bed.Pod("good").Condition("Ready").Text("reason"));
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_waits_for_room()
    {
        await using var bed = await NodeBed.StartAsync(time, [new() { Cpu = "1" }]);
        const string Half = "\"image\":\"busybox:1\",\"command\":[\"sleep\",\"infinity\"],\"resources\":{\"requests\":{\"cpu\":\"600m\"}}";
        bed.CreatePod("first", Half, ""","terminationGracePeriodSeconds":0""");
        await bed.UntilAsync(() => bed.Pod("first").IsReady());
        bed.CreatePod("second", Half);
        await bed.UntilAsync(() => bed.Pod("second").Condition("PodScheduled").Text("message") == "0/1 nodes are available: 1 Insufficient cpu.");
        await bed.UntilAsync(() => bed.Events.Contains("FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu."));

        bed.Writer.Delete(bed.Store.Find(ResourceKind.Pods, NodeBed.Space, "first")!, time);

        await bed.UntilAsync(() => bed.Pod("second").IsReady());
    }

    [Fact]
    public async Task A_log_is_read_by_its_end_and_followed_to_it()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.CreatePod("talks", "\"image\":\"busybox:1\",\"command\":[\"sh\",\"-c\",\"echo one; echo two; sleep 5; echo three\"]", ""","restartPolicy":"Never" """);
        await bed.UntilAsync(() => bed.Pod("talks").IsReady());
        await bed.UntilAsync(() => bed.LogAsync("talks").Result.Count == 2);
        Assert.Equal(["two"], await bed.LogAsync("talks", new PodLogOptions { Tail = 1 }));
        Assert.Equal("2026-01-01T12:00:00.000000000Z two", (await bed.LogAsync("talks", new PodLogOptions { Timestamps = true }))[1]);
        Assert.Empty(await bed.LogAsync("talks", new PodLogOptions { Since = time.GetUtcNow().AddSeconds(1) }));

        var followed = bed.LogAsync("talks", new PodLogOptions { Follow = true });
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["one", "two", "three"], await followed);
        var refused = await Assert.ThrowsAsync<ApiException>(() => bed.LogAsync("talks", new PodLogOptions { Previous = true }));
        Assert.Equal("previous terminated container \"main\" in pod \"talks\" not found", refused.Message);
    }

    private async Task AdvanceUntilAsync(NodeBed bed, Func<bool> isSo) => await bed.UntilAsync(isSo, eachTime: () => time.Advance(TimeSpan.FromMilliseconds(250)));
}

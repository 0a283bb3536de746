using Pipeline.Cluster;

namespace Pipeline.Tests.Rollouts;

public sealed class PodRuleTests : JudgeBed
{
    // What the cluster says of the container, how long it must last, and what is then said.
    [Theory]
    [InlineData("waiting: {reason: ErrImagePull, message: 'registry/x: not found'}", 0, "ErrImagePull (registry/x: not found)")]
    [InlineData("waiting: {reason: ErrImagePull, message: 'manifest unknown'}", 0, "ErrImagePull (manifest unknown)")]
    [InlineData("waiting: {reason: InvalidImageName, message: 'invalid reference'}", 0, "InvalidImageName (invalid reference)")]
    [InlineData("waiting: {reason: ErrImageNeverPull}", 0, "ErrImageNeverPull")]
    [InlineData("waiting: {reason: ErrImagePull, message: 'pull access denied for api, repository does not exist or may require docker login'}", 45, "ErrImagePull (pull access denied for api, repository does not exist or may require docker login)")]
    [InlineData("waiting: {reason: ErrImagePull, message: '401 Unauthorized'}", 45, "ErrImagePull (401 Unauthorized)")]
    [InlineData("waiting: {reason: ImagePullBackOff, message: 'toomanyrequests: You have reached your pull rate limit'}", 300, "ImagePullBackOff (toomanyrequests: You have reached your pull rate limit)")]
    [InlineData("waiting: {reason: ImagePullBackOff, message: '429 Too Many Requests'}", 300, "ImagePullBackOff (429 Too Many Requests)")]
    [InlineData("waiting: {reason: ErrImagePull, message: 'unexpected status code: 429'}", 300, "ErrImagePull (unexpected status code: 429)")]
    [InlineData("waiting: {reason: ErrImagePull, message: 'x/api@sha256:ab429c: not found'}", 0, "ErrImagePull (x/api@sha256:ab429c: not found)")]
    [InlineData("waiting: {reason: ErrImagePull, message: 'host:429/api:429 - not found'}", 0, "ErrImagePull (host:429/api:429 - not found)")]
    [InlineData("waiting: {reason: ErrImagePull, message: 'dial tcp: no such host'}", 120, "ErrImagePull (dial tcp: no such host)")]
    [InlineData("waiting: {reason: CreateContainerConfigError, message: 'secret \"db\" not found'}", 45, "CreateContainerConfigError (secret \"db\" not found)")]
    [InlineData("waiting: {reason: CreateContainerError, message: 'no space'}", 25, "CreateContainerError (no space)")]
    [InlineData("waiting: {reason: CreateContainerError, message: 'No command specified'}", 0, "CreateContainerError (No command specified)")]
    [InlineData("waiting: {reason: RunContainerError, message: 'cannot reach the engine'}", 25, "RunContainerError (cannot reach the engine)")]
    [InlineData("waiting: {reason: RunContainerError, message: 'exec /srv/api: exec format error'}", 0, "RunContainerError (exec /srv/api: exec format error)")]
    [InlineData("waiting: {reason: RunContainerError, message: 'stat /srv/api: no such file or directory'}", 0, "RunContainerError (stat /srv/api: no such file or directory)")]
    public void A_container_that_cannot_start_fails_the_rollout_once_it_lasted_long_enough(string state, int seconds, string said)
    {
        SeePod("api-1", $"state: {{{state}}}");

        Expect(seconds, $"Pod/api-1 on node worker-1, container 'api': {said}");
    }

    [Theory]
    [InlineData("{reason: Error, exitCode: 1}", "CrashLoopBackOff, exit code 1")]
    [InlineData("{reason: OOMKilled, exitCode: 137}", "OOMKilled, exit code 137 (SIGKILL)")]
    [InlineData("{reason: Error, exitCode: 143}", "CrashLoopBackOff, exit code 143 (SIGTERM)")]
    public void A_crash_loop_fails_at_once_with_exit_code_and_signal(string ended, string said)
    {
        SeePod("api-1", $"restartCount: 3, state: {{waiting: {{reason: CrashLoopBackOff}}}}, lastState: {{terminated: {ended}}}");

        Expect(0, $"Pod/api-1 on node worker-1, container 'api': {said}");
    }

    [Fact]
    public void An_init_container_that_crashes_is_named()
    {
        See(Resource.Pods, Pod("api-1", """initContainerStatuses: [{name: wait, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 2}}}], containerStatuses: [{name: api, state: {waiting: {reason: PodInitializing}}}]"""));

        Expect(0, "Pod/api-1 on node worker-1, container 'wait': CrashLoopBackOff, exit code 2");
    }

    [Fact]
    public void A_sidecar_that_runs_beside_the_others_is_judged_as_they_are()
    {
        const string Sidecar = """
            metadata: {name: api-1, ownerReferences: [{uid: rs-new}]}
            spec: {nodeName: worker-1, initContainers: [{name: mesh, restartPolicy: Always, readinessProbe: {exec: {} } }], containers: [{name: api}]}
            """;
        See(Resource.Pods, Sidecar + """

            status: {initContainerStatuses: [{name: mesh, ready: false, started: true, state: {running: {} } }], containerStatuses: [{name: api, ready: true, state: {running: {} } }]}
            """);
        Expect(51, "Pod/api-1 on node worker-1, container 'mesh': not ready (its probes allow 31 s)");

        See(Resource.Pods, Sidecar + """

            status: {initContainerStatuses: [{name: mesh, restartCount: 3, ready: false, state: {waiting: {reason: CrashLoopBackOff} }, lastState: {terminated: {exitCode: 0} } }], containerStatuses: [{name: api, state: {waiting: {reason: PodInitializing} } }]}
            """);
        Expect(0, "Pod/api-1 on node worker-1, container 'mesh': CrashLoopBackOff, exit code 0");
    }

    [Fact]
    public void The_third_run_may_still_serve_and_the_fourth_is_no_hope()
    {
        SeePod("api-1", "restartCount: 1, ready: false, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}");
        Assert.Null(Verdict);
        SeePod("api-1", "restartCount: 2, ready: false, state: {running: {}}, lastState: {terminated: {exitCode: 1}}");
        Assert.Null(Verdict);
        SeePod("api-1", "restartCount: 3, ready: false, state: {running: {}}, lastState: {terminated: {exitCode: 1}}");

        Expect(0, "Pod/api-1 on node worker-1, container 'api': Crashing, exit code 1");
    }

    [Fact]
    public void A_third_end_is_a_verdict_before_the_pause_after_it()
    {
        SeePod("api-1", "restartCount: 2, state: {terminated: {exitCode: 1}}, lastState: {terminated: {exitCode: 1}}");

        Expect(0, "Pod/api-1 on node worker-1, container 'api': Crashing, exit code 1");
    }

    [Fact]
    public void Restarts_from_before_the_rollout_prove_nothing()
    {
        See(Resource.Pods, """{metadata: {name: api-1, uid: worn, ownerReferences: [{uid: rs-new}]}, spec: {nodeName: worker-1}, status: {containerStatuses: [{name: api, restartCount: 10, ready: false, state: {running: {}}, lastState: {terminated: {exitCode: 137}}}]}}""");
        Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(Verdict);
    }

    [Theory]
    [InlineData("Container api failed liveness probe, will be restarted", "LivenessKilled, exit code 143 (SIGTERM)")]
    [InlineData("Container api failed startup probe, will be restarted", "StartupKilled, exit code 143 (SIGTERM)")]
    [InlineData("Container proxy failed liveness probe, will be restarted", "CrashLoopBackOff, exit code 143 (SIGTERM)")]
    public void A_container_that_a_probe_kills_is_told_from_one_that_ends_by_itself(string message, string said)
    {
        SeeEvent("Killing", message);
        SeePod("api-1", "restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 143}}");

        Expect(0, $"Pod/api-1 on node worker-1, container 'api': {said}");
    }

    [Fact]
    public void The_cause_of_a_failed_pull_outlives_the_pause_before_the_next_attempt()
    {
        SeePod("api-1", "state: {waiting: {reason: ErrImagePull, message: '429 Too Many Requests'}}");
        Assert.Null(Verdict);
        SeePod("api-1", "state: {waiting: {reason: ImagePullBackOff, message: 'Back-off pulling image \"api\"'}}");
        Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Null(Verdict);
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("Pod/api-1 on node worker-1, container 'api': ImagePullBackOff (429 Too Many Requests)", Verdict);
    }

    [Theory]
    [InlineData("ContainerCannotRun", "stat /srv/api: no such file or directory")]
    [InlineData("StartError", "exec /srv/api: exec format error")]
    public void A_program_that_cannot_be_started_fails_at_its_first_start(string reason, string message)
    {
        SeePod("api-1", $"restartCount: 0, state: {{terminated: {{reason: {reason}, exitCode: 127, message: '{message}'}}}}");

        Expect(0, $"Pod/api-1 on node worker-1, container 'api': RunContainerError, exit code 127 ({message})");
    }

    [Theory]
    [InlineData("FailedMount", 90)]
    [InlineData("FailedAttachVolume", 180)]
    [InlineData("FailedCreatePodSandBox", 90)]
    public void A_pod_that_its_node_cannot_prepare_fails_when_it_lasts(string reason, int seconds)
    {
        SeeEvent(reason, "it is not there");
        SeePod("api-1", "state: {waiting: {reason: ContainerCreating}}");

        Expect(seconds, $"Pod/api-1 on node worker-1: {reason} (it is not there)");
    }

    [Fact]
    public void A_mount_that_came_in_the_end_is_no_trouble()
    {
        SeeEvent("FailedMount", "it is not there");
        SeePod("api-1", "state: {running: {}}");
        Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(Verdict);
    }

    [Theory]
    [InlineData("FailedMount")]
    [InlineData("FailedAttachVolume")]
    [InlineData("FailedCreatePodSandBox")]
    public void A_pull_that_takes_its_time_once_the_node_has_prepared_the_pod_is_no_trouble(string reason)
    {
        SeeEvent(reason, "timed out waiting for the caches to sync");
        SeeEvent("Pulling", "Pulling image");
        SeePod("api-1", "state: {waiting: {reason: ContainerCreating}}");
        Assert.Null(Verdict);
        Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(Verdict);
    }

    [Theory]
    [InlineData("no match for platform in manifest: not found")]
    [InlineData("no matching manifest for linux/arm64/v8 in the manifest list entries")]
    public void An_image_for_another_platform_is_told_from_one_that_is_not_there(string message)
    {
        SeePod("api-1", $"state: {{waiting: {{reason: ErrImagePull, message: '{message}'}}}}");

        Assert.Equal("ImageOfAnotherPlatform", Look.Failure?.Rule.Condition);
    }

    [Fact]
    public void An_old_pod_whose_node_is_gone_makes_no_room()
    {
        See(Resource.Pods, """{metadata: {name: old, deletionTimestamp: now, deletionGracePeriodSeconds: 20, ownerReferences: [{uid: rs-old}]}}""");
        See(Resource.Pods, """{metadata: {name: api-1, ownerReferences: [{uid: rs-new}]}, status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: '0/3 nodes are available'}]}}""");
        Assert.Null(Verdict);
        Time.Advance(TimeSpan.FromSeconds(50));

        Expect(120, "Pod/api-1 on no node: Unschedulable (0/3 nodes are available)");
    }

    [Fact]
    public void A_pod_that_no_node_takes_fails_when_no_node_came_in_time()
    {
        See(Resource.Pods, """{metadata: {name: api-1, ownerReferences: [{uid: rs-new}]}, status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: '0/3 nodes are available'}]}}""");

        Expect(120, "Pod/api-1 on no node: Unschedulable (0/3 nodes are available)");
    }

    [Theory]
    [InlineData("TriggeredScaleUp", 900)]
    [InlineData("Nominated", 900)]
    [InlineData("NotTriggerScaleUp", 30)]
    public void What_an_autoscaler_says_decides_how_long_a_node_is_waited_for(string reason, int seconds)
    {
        SeeEvent(reason, "pod triggered scale-up");
        See(Resource.Pods, """{metadata: {name: api-1, ownerReferences: [{uid: rs-new}]}, status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: '0/3 nodes are available'}]}}""");

        Expect(seconds, "Pod/api-1 on no node: Unschedulable (0/3 nodes are available)");
    }

    [Theory]
    [InlineData("NotTriggerScaleUp", 30)]
    [InlineData("Scheduled", 120)]
    public void While_an_old_pod_drains_room_may_still_come(string reason, int seconds)
    {
        SeeEvent(reason, "no room");
        See(Resource.Pods, """{metadata: {name: old, deletionTimestamp: now, deletionGracePeriodSeconds: 600, ownerReferences: [{uid: rs-old}]}}""");
        See(Resource.Pods, """{metadata: {name: api-1, ownerReferences: [{uid: rs-new}]}, status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: '0/3 nodes are available'}]}}""");
        Assert.Null(Verdict);
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(Verdict);
        View.See(Resource.Pods, new WatchEvent(IsWhole: false, IsDeletion: true, [Json("{metadata: {name: old}}")]));

        Expect(seconds, "Pod/api-1 on no node: Unschedulable (0/3 nodes are available)");
    }

    [Theory]
    [InlineData("periodSeconds: 2, failureThreshold: 3, initialDelaySeconds: 5", "", 32)] // 5 + 2×3 + 1, and 20 more.
    [InlineData("", "", 51)] // The defaults: 10×3 + 1.
    [InlineData("", "livenessProbe: {initialDelaySeconds: 90}", 141)] // 90 + 10×3 + 1.
    public void A_readiness_probe_fails_the_rollout_once_its_own_budget_is_used_up(string readiness, string liveness, int seconds)
    {
        See(Resource.Pods, $$"""
            metadata: {name: api-1, ownerReferences: [{uid: rs-new}]}
            spec: {nodeName: worker-1, containers: [{name: api, readinessProbe: {exec: {}, {{readiness}} }, {{liveness}} }]}
            status: {containerStatuses: [{name: api, ready: false, started: true, state: {running: {} } }] }
            """);

        Expect(seconds, $"Pod/api-1 on node worker-1, container 'api': not ready (its probes allow {seconds - 20} s)");
    }

    [Fact]
    public void A_container_within_its_startup_budget_is_not_asked_for_readiness()
    {
        See(Resource.Pods, """
            metadata: {name: api-1, ownerReferences: [{uid: rs-new}]}
            spec: {nodeName: worker-1, containers: [{name: api, readinessProbe: {exec: {}}, startupProbe: {exec: {}}}]}
            status: {containerStatuses: [{name: api, ready: false, started: false, state: {running: {}}}]}
            """);
        Assert.Null(Verdict);
        Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Null(Verdict);
    }

    [Fact]
    public void A_pod_whose_node_is_lost_has_the_time_in_which_the_cluster_replaces_it()
    {
        SeeEvent("NodeNotReady", "Node is not ready");
        See(Resource.Pods, Pod("api-1", "conditions: [{type: Ready, status: 'False'}]"));

        Expect(360, "Pod/api-1 on node worker-1: NodeLost");
    }

    [Theory]
    [InlineData("Evicted")]
    [InlineData("Preempting")]
    [InlineData("NodeShutdown")]
    [InlineData("Terminated")]
    public void A_pod_that_its_node_put_out_is_replaced_and_no_failure(string reason)
    {
        See(Resource.Pods, Pod("api-1", $"phase: Failed, reason: {reason}"));
        Assert.Null(Verdict);
        Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(Verdict);
    }
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class RolloutJudgeTests
{
    private static readonly JsonObject Applied = Json("""{spec: {template: {spec: {containers: [{name: api, image: team/api@sha256:1}]}}}}""");
    private readonly FakeTimeProvider time = new();
    private readonly RolloutView view = new(new PodBaseline([Json("{metadata: {uid: worn}, status: {containerStatuses: [{name: api, restartCount: 9}]}}")]));
    private RolloutJudge judge;

    public RolloutJudgeTests()
    {
        judge = new RolloutJudge(Applied, time);
        SeeDeployment();
        See(Resource.ReplicaSets, """{metadata: {name: api-new, uid: rs-new, ownerReferences: [{uid: d}], annotations: {deployment.kubernetes.io/revision: '2'}}}""");
        See(Resource.ReplicaSets, """{metadata: {name: api-old, uid: rs-old, ownerReferences: [{uid: d}], annotations: {deployment.kubernetes.io/revision: '1'}}}""");
    }

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
        time.Advance(TimeSpan.FromMinutes(5));

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
        time.Advance(TimeSpan.FromSeconds(299));
        Assert.Null(Verdict);
        time.Advance(TimeSpan.FromSeconds(1));

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
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(Verdict);
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
        time.Advance(TimeSpan.FromMinutes(10));

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
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(Verdict);
    }

    [Fact]
    public void A_pod_that_was_restarted_serves_once_it_ran_for_ten_seconds()
    {
        SeeDeployment("updatedReplicas: 1, replicas: 1, availableReplicas: 1", replicas: 1);
        SeePod("api-1", "restartCount: 1, ready: true, state: {running: {}}, lastState: {terminated: {reason: OOMKilled, exitCode: 137}}");
        Assert.Equal((false, TimeSpan.FromSeconds(10)), (judge.Look(view).IsDone, judge.Look(view).LookAgainIn));
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.True(judge.Look(view).IsDone);
    }

    [Fact]
    public void One_unlucky_pod_among_several_has_two_minutes()
    {
        SeePod("well", "ready: true, state: {running: {}}");
        SeePod("unlucky", "restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}");

        Expect(120, "Pod/unlucky on node worker-1, container 'api': CrashLoopBackOff, exit code 1");
    }

    [Fact]
    public void A_crash_that_changes_its_name_is_the_same_crash()
    {
        SeePod("well", "ready: true, state: {running: {}}");
        SeePod("unlucky", "state: {running: {}}");
        Assert.Null(Verdict);
        for (var seconds = 0; seconds < 120; seconds += 40)
        {
            SeePod("unlucky", "restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}");
            Assert.Null(Verdict);
            time.Advance(TimeSpan.FromSeconds(20));
            SeePod("unlucky", "restartCount: 4, state: {running: {}}, lastState: {terminated: {exitCode: 1}}");
            Assert.Null(Verdict);
            time.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.NotNull(Verdict);
    }

    [Fact]
    public void Trouble_that_heals_and_comes_again_begins_anew()
    {
        for (var times = 0; times < 5; times++)
        {
            SeePod("api-1", "state: {waiting: {reason: CreateContainerConfigError}}");
            Assert.Null(Verdict);
            time.Advance(TimeSpan.FromSeconds(15));
            SeePod("api-1", "state: {running: {}}");
            Assert.Null(Verdict);
            time.Advance(TimeSpan.FromSeconds(15));
        }
    }

    [Fact]
    public void Old_pods_and_pods_that_end_do_not_count()
    {
        See(Resource.Pods, """{metadata: {name: old, ownerReferences: [{uid: rs-old}]}, status: {containerStatuses: [{name: api, state: {waiting: {reason: CrashLoopBackOff}}}]}}""");
        See(Resource.Pods, """{metadata: {name: ending, deletionTimestamp: now, ownerReferences: [{uid: rs-new}]}, status: {containerStatuses: [{name: api, state: {waiting: {reason: CrashLoopBackOff}}}]}}""");

        Assert.Null(Verdict);
    }

    [Fact]
    public void Quota_that_stays_short_fails_the_rollout()
    {
        SeeReplicaFailure("exceeded quota: small");

        Expect(10, "ReplicaSet/api-new cannot create pods: exceeded quota: small");
    }

    [Fact]
    public void Quota_that_is_short_for_a_moment_in_each_step_does_not()
    {
        for (var step = 0; step < 5; step++)
        {
            SeeReplicaFailure("exceeded quota: small");
            Assert.Null(Verdict);
            time.Advance(TimeSpan.FromSeconds(9));
            SeeReplicaFailure(null);
            Assert.Null(Verdict);
            time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Theory]
    [InlineData("1", 3, 120)] // Three serve, two must: one old pod goes and makes room.
    [InlineData("0", 3, 10)]
    [InlineData("25%", 3, 10)] // A quarter of three, rounded down.
    [InlineData("34%", 3, 120)]
    public void A_full_quota_is_waited_for_where_old_pods_will_go(string maxUnavailable, int available, int seconds)
    {
        SeeDeployment($"availableReplicas: {available}", more: $"strategy: {{rollingUpdate: {{maxUnavailable: '{maxUnavailable}', maxSurge: 1}}}}");
        See(Resource.Pods, """{metadata: {name: old, ownerReferences: [{uid: rs-old}]}, status: {conditions: [{type: Ready, status: 'True'}]}}""");
        SeeReplicaFailure("exceeded quota: small");

        Expect(seconds, "ReplicaSet/api-new cannot create pods: exceeded quota: small");
    }

    [Theory]
    [InlineData("Pod \"x\" is invalid: spec.containers[0].name: Required value", 0)]
    [InlineData("admission webhook \"policy.example\" denied the request: no", 0)]
    [InlineData("pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": privileged", 0)]
    [InlineData("pods \"x\" is forbidden: maximum memory usage per Container is 10Mi", 0)]
    [InlineData("pods \"x\" is forbidden: unable to validate against any pod security policy", 0)]
    [InlineData("pods \"x\" is forbidden: error looking up service account a/b: not found", 30)]
    [InlineData("Internal error occurred: failed calling webhook \"policy.example\": timeout", 60)]
    [InlineData("etcdserver: request timed out", 30)]
    public void Pods_that_cannot_be_created_fail_the_rollout_once_it_is_certain(string message, int seconds)
    {
        SeeReplicaFailure(message);

        Expect(seconds, $"ReplicaSet/api-new cannot create pods: {message}");
    }

    [Fact]
    public void What_was_said_of_a_replica_set_before_its_controller_looked_is_not_judged()
    {
        See(Resource.ReplicaSets, """
            metadata: {name: api-new, uid: rs-new, generation: 3, ownerReferences: [{uid: d}], annotations: {deployment.kubernetes.io/revision: '2'} }
            status: {observedGeneration: 2, conditions: [{type: ReplicaFailure, status: 'True', message: 'Pod "x" is invalid: old'}]}
            """);

        Assert.Null(Verdict);
    }

    [Fact]
    public void The_progress_deadline_is_a_verdict_unless_it_is_that_of_the_rollout_before()
    {
        const string Deadline = "conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, lastUpdateTime: '1', message: has timed out}]";
        judge = new RolloutJudge(Json($"{{spec: {{template: {{spec: {{containers: [{{name: api, image: team/api@sha256:1}}]}}}}}}, status: {{{Deadline}}}}}"), time);
        SeeDeployment(Deadline);
        Assert.Null(Verdict);
        SeeDeployment("conditions: [{type: Progressing, status: 'True', reason: ReplicaSetUpdated}]");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(Verdict);
        SeeDeployment(Deadline);

        Expect(10, "it made no progress within its progressDeadlineSeconds: has timed out");
        SeeDeployment(Deadline.Replace("'1'", "'2'", StringComparison.Ordinal));
        Expect(0, "it made no progress within its progressDeadlineSeconds: has timed out");
    }

    [Fact]
    public void A_rollout_that_somebody_paused_has_half_a_minute_and_names_him()
    {
        SeeDeployment(more: "paused: true", managers: "{manager: kubectl-rollout, time: '2026-01-01T00:00:05Z', fieldsV1: {'f:spec': {} } }");

        Expect(30, "'kubectl-rollout' (at 2026-01-01T00:00:05Z) paused it while it was rolled out");
    }

    [Fact]
    public void A_status_from_before_the_change_is_not_judged()
    {
        SeeDeployment("observedGeneration: 1, conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded}]");
        SeePod("api-1", "restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}");
        Assert.Null(Verdict);
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(Verdict);
        Assert.False(view.IsDone);
    }

    [Fact]
    public void A_rollout_that_somebody_else_took_over_has_failed()
    {
        SeeDeployment(image: "team/api@sha256:2", managers: "{manager: pipeline, time: '1', fieldsV1: {'f:spec': {} } }, {manager: kubectl-set, time: '2', fieldsV1: {'f:spec': {} } }, {manager: kube-controller-manager, time: '3', fieldsV1: {'f:status': {} } }");

        Expect(0, "'kubectl-set' (at 2) changed it while it was rolled out: container 'api' is to run 'team/api@sha256:2' instead of 'team/api@sha256:1'");
    }

    [Fact]
    public void A_deployment_that_somebody_deleted_has_failed()
    {
        view.See(Resource.Deployments, new WatchEvent(IsWhole: false, IsDeletion: true, [view.Deployment!]));

        Expect(0, "somebody deleted it while it was rolled out");
    }

    [Fact]
    public void Nothing_is_judged_before_anything_was_seen() => Assert.Null(new RolloutJudge(Applied, time).Look(new RolloutView(PodBaseline.Empty)).Failure);

    [Theory]
    [InlineData(2, 3, 3, 3, 3, true)]
    [InlineData(1, 3, 3, 3, 3, false)] // The controller has not read the change.
    [InlineData(2, 3, 2, 3, 3, false)] // A pod is old.
    [InlineData(2, 3, 3, 4, 4, false)] // An old pod still serves.
    [InlineData(2, 3, 3, 3, 2, false)] // A pod does not serve yet.
    [InlineData(2, 0, 0, 0, 0, true)]
    public void It_is_done_when_every_pod_is_new_and_serves_and_no_old_one_is_left(int observed, int wanted, int updated, int all, int available, bool done)
    {
        SeeDeployment($"observedGeneration: {observed}, updatedReplicas: {updated}, replicas: {all}, availableReplicas: {available}", wanted);

        Assert.Equal(done, view.IsDone);
        Assert.Equal(wanted, view.Wanted);
    }

    [Fact]
    public void Pods_that_are_ready_are_counted_among_the_new_ones_only()
    {
        SeeDeployment("updatedReplicas: 2");
        See(Resource.Pods, Pod("api-1", "conditions: [{type: Ready, status: 'True'}]"));
        See(Resource.Pods, Pod("two", "conditions: [{type: Ready, status: 'False'}]"));
        See(Resource.Pods, """{metadata: {name: old, ownerReferences: [{uid: rs-old}]}, status: {conditions: [{type: Ready, status: 'True'}]}}""");

        Assert.Equal((1, 3, "2"), (view.Ready, view.Wanted, view.Revision));
    }

    private string? Verdict => judge.Look(view).Failure?.Sentence;

    private void Expect(int seconds, string reason)
    {
        if (seconds > 0)
        {
            Assert.Null(Verdict);
            time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.Null(Verdict);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(reason, Verdict);
    }

    private void SeeDeployment(string status = "", int replicas = 3, string image = "team/api@sha256:1", string more = "", string managers = "") => See(Resource.Deployments, $$"""
        metadata: {name: api, uid: d, generation: 2, annotations: {deployment.kubernetes.io/revision: '2'}, managedFields: [{{managers}}] }
        spec: {replicas: {{replicas}}, {{more}}{{(more.Length > 0 ? ", " : "")}}template: {spec: {containers: [{name: api, image: '{{image}}'}] } } }
        status: { {{(status.Contains("observedGeneration", StringComparison.Ordinal) ? "" : "observedGeneration: 2, ")}} {{status}} }
        """);

    private void SeeEvent(string reason, string message) =>
        See(Resource.Events, $"{{involvedObject: {{kind: Pod, name: api-1}}, reason: {reason}, message: '{message}', lastTimestamp: '2026-01-01T00:00:00Z'}}");

    private void SeePod(string name, string container) => See(Resource.Pods, Pod(name, $"containerStatuses: [{{name: api, {container}}}]"));

    private void SeeReplicaFailure(string? message) => See(Resource.ReplicaSets, $$"""
        metadata: {name: api-new, uid: rs-new, ownerReferences: [{uid: d}], annotations: {deployment.kubernetes.io/revision: '2'} }
        status: {conditions: [{type: ReplicaFailure, status: '{{message is not null}}', reason: FailedCreate, message: '{{message}}'}]}
        """);

    private static string Pod(string name, string status) =>
        $$"""{metadata: {name: {{name}}, ownerReferences: [{uid: rs-new}]}, spec: {nodeName: worker-1}, status: { {{status}} } }""";

    private void See(Resource resource, string yaml) => view.See(resource, new WatchEvent(IsWhole: false, IsDeletion: false, [Json(yaml)]));

    private static JsonObject Json(string yaml) => YamlManifest.Parse(yaml, "test").Single();
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class RolloutJudgeTests
{
    private static readonly JsonObject Applied = Json("""{spec: {template: {spec: {containers: [{name: api, image: team/api@sha256:1}]}}}}""");
    private readonly FakeTimeProvider time = new();
    private readonly RolloutView view = new();
    private readonly RolloutJudge judge;

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
    [InlineData("waiting: {reason: ImagePullBackOff, message: '429 Too Many Requests'}", 120, "ImagePullBackOff (429 Too Many Requests)")]
    [InlineData("waiting: {reason: CreateContainerConfigError, message: 'secret \"db\" not found'}", 20, "CreateContainerConfigError (secret \"db\" not found)")]
    [InlineData("waiting: {reason: CreateContainerError, message: 'no space'}", 20, "CreateContainerError (no space)")]
    [InlineData("waiting: {reason: RunContainerError, message: 'exec format error'}", 20, "RunContainerError (exec format error)")]
    public void A_container_that_cannot_start_fails_the_rollout_once_it_lasted_long_enough(string state, int seconds, string said)
    {
        SeePod("one", $"state: {{{state}}}");

        Expect(seconds, $"Pod/one on node worker-1, container 'api': {said}");
    }

    [Theory]
    [InlineData("{reason: Error, exitCode: 1}", "CrashLoopBackOff, exit code 1")]
    [InlineData("{reason: OOMKilled, exitCode: 137}", "CrashLoopBackOff, out of memory, exit code 137 (SIGKILL)")]
    [InlineData("{reason: Error, exitCode: 143}", "CrashLoopBackOff, exit code 143 (SIGTERM)")]
    public void A_crash_loop_fails_at_once_with_exit_code_and_signal(string ended, string said)
    {
        SeePod("one", $"restartCount: 3, state: {{waiting: {{reason: CrashLoopBackOff}}}}, lastState: {{terminated: {ended}}}");

        Expect(0, $"Pod/one on node worker-1, container 'api': {said}");
    }

    [Fact]
    public void An_init_container_that_crashes_is_named()
    {
        See(Resource.Pods, Pod("one", """initContainerStatuses: [{name: wait, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 2}}}], containerStatuses: [{name: api, state: {waiting: {reason: PodInitializing}}}]"""));

        Expect(0, "Pod/one on node worker-1, container 'wait': CrashLoopBackOff, exit code 2");
    }

    [Fact]
    public void A_container_that_runs_between_two_crashes_is_no_hope_after_the_second()
    {
        SeePod("one", "restartCount: 1, ready: false, state: {running: {}}, lastState: {terminated: {exitCode: 1}}");
        Assert.Null(judge.Failure(view));
        SeePod("one", "restartCount: 2, ready: false, state: {running: {}}, lastState: {terminated: {exitCode: 1}}");
        Assert.Null(judge.Failure(view));
        SeePod("one", "restartCount: 3, ready: false, state: {running: {}}, lastState: {terminated: {exitCode: 1}}");

        Expect(0, "Pod/one on node worker-1, container 'api': Crashing, exit code 1");
    }

    [Fact]
    public void Restarts_from_before_the_rollout_prove_nothing()
    {
        SeePod("one", "restartCount: 9, ready: false, state: {running: {}}, lastState: {terminated: {exitCode: 137}}");
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(judge.Failure(view));
    }

    [Fact]
    public void A_pod_that_no_node_takes_fails_when_no_node_came_in_time()
    {
        See(Resource.Pods, """{metadata: {name: one, ownerReferences: [{uid: rs-new}]}, status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: '0/3 nodes are available'}]}}""");

        Expect(120, "Pod/one on no node: Unschedulable (0/3 nodes are available)");
    }

    [Theory]
    [InlineData("Evicted")]
    [InlineData("Preempting")]
    [InlineData("NodeShutdown")]
    [InlineData("Terminated")]
    public void A_pod_that_its_node_put_out_is_replaced_and_no_failure(string reason)
    {
        See(Resource.Pods, Pod("one", $"phase: Failed, reason: {reason}"));
        Assert.Null(judge.Failure(view));
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(judge.Failure(view));
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
        Assert.Null(judge.Failure(view));
        for (var seconds = 0; seconds < 120; seconds += 40)
        {
            SeePod("unlucky", "restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}");
            Assert.Null(judge.Failure(view));
            time.Advance(TimeSpan.FromSeconds(20));
            SeePod("unlucky", "restartCount: 4, state: {running: {}}, lastState: {terminated: {exitCode: 1}}");
            Assert.Null(judge.Failure(view));
            time.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.NotNull(judge.Failure(view));
    }

    [Fact]
    public void Trouble_that_heals_and_comes_again_begins_anew()
    {
        for (var times = 0; times < 5; times++)
        {
            SeePod("one", "state: {waiting: {reason: CreateContainerConfigError}}");
            Assert.Null(judge.Failure(view));
            time.Advance(TimeSpan.FromSeconds(15));
            SeePod("one", "state: {running: {}}");
            Assert.Null(judge.Failure(view));
            time.Advance(TimeSpan.FromSeconds(15));
        }
    }

    [Fact]
    public void Old_pods_and_pods_that_end_do_not_count()
    {
        See(Resource.Pods, """{metadata: {name: old, ownerReferences: [{uid: rs-old}]}, status: {containerStatuses: [{name: api, state: {waiting: {reason: CrashLoopBackOff}}}]}}""");
        See(Resource.Pods, """{metadata: {name: ending, deletionTimestamp: now, ownerReferences: [{uid: rs-new}]}, status: {containerStatuses: [{name: api, state: {waiting: {reason: CrashLoopBackOff}}}]}}""");

        Assert.Null(judge.Failure(view));
    }

    [Fact]
    public void Quota_that_stays_short_fails_the_rollout()
    {
        SeeReplicaFailure("exceeded quota: small");

        Expect(30, "ReplicaSet/api-new cannot create pods: exceeded quota: small");
    }

    [Fact]
    public void Quota_that_is_short_for_a_moment_in_each_step_does_not()
    {
        for (var step = 0; step < 5; step++)
        {
            SeeReplicaFailure("exceeded quota: small");
            Assert.Null(judge.Failure(view));
            time.Advance(TimeSpan.FromSeconds(10));
            SeeReplicaFailure(null);
            Assert.Null(judge.Failure(view));
            time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void A_pod_that_the_cluster_calls_invalid_fails_at_once()
    {
        SeeReplicaFailure("Pod \"x\" is invalid: spec.containers[0].name: Required value");

        Expect(0, "ReplicaSet/api-new cannot create pods: Pod \"x\" is invalid: spec.containers[0].name: Required value");
    }

    [Fact]
    public void The_progress_deadline_is_a_verdict_unless_it_is_that_of_the_rollout_before()
    {
        SeeDeployment("conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: has timed out}]");
        Assert.Null(judge.Failure(view));
        SeeDeployment("conditions: [{type: Progressing, status: 'True', reason: ReplicaSetUpdated}]");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(judge.Failure(view));
        SeeDeployment("conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: has timed out}]");

        Expect(10, "it made no progress within its progressDeadlineSeconds: has timed out");
    }

    [Fact]
    public void A_status_from_before_the_change_is_not_judged()
    {
        SeeDeployment("observedGeneration: 1, conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded}]");
        SeePod("one", "restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}");
        Assert.Null(judge.Failure(view));
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(judge.Failure(view));
        Assert.False(view.IsDone);
    }

    [Fact]
    public void A_rollout_that_somebody_else_took_over_has_failed()
    {
        SeeDeployment(image: "team/api@sha256:2");

        Expect(0, "somebody changed it while it was rolled out: container 'api' is to run 'team/api@sha256:2' instead of 'team/api@sha256:1'");
    }

    [Fact]
    public void A_deployment_that_somebody_deleted_has_failed()
    {
        view.See(Resource.Deployments, new WatchEvent(IsWhole: false, IsDeletion: true, [view.Deployment!]));

        Expect(0, "somebody deleted it while it was rolled out");
    }

    [Fact]
    public void Nothing_is_judged_before_anything_was_seen() => Assert.Null(new RolloutJudge(Applied, time).Failure(new RolloutView()));

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
        See(Resource.Pods, Pod("one", "conditions: [{type: Ready, status: 'True'}]"));
        See(Resource.Pods, Pod("two", "conditions: [{type: Ready, status: 'False'}]"));
        See(Resource.Pods, """{metadata: {name: old, ownerReferences: [{uid: rs-old}]}, status: {conditions: [{type: Ready, status: 'True'}]}}""");

        Assert.Equal((1, 3, "2"), (view.Ready, view.Wanted, view.Revision));
    }

    private void Expect(int seconds, string reason)
    {
        if (seconds > 0)
        {
            Assert.Null(judge.Failure(view));
            time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.Null(judge.Failure(view));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(reason, judge.Failure(view));
    }

    private void SeeDeployment(string status = "", int replicas = 3, string image = "team/api@sha256:1") => See(Resource.Deployments, $$"""
        metadata: {name: api, uid: d, generation: 2, annotations: {deployment.kubernetes.io/revision: '2'} }
        spec: {replicas: {{replicas}}, template: {spec: {containers: [{name: api, image: '{{image}}'}] } } }
        status: { {{(status.Contains("observedGeneration", StringComparison.Ordinal) ? "" : "observedGeneration: 2, ")}} {{status}} }
        """);

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

using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class RolloutJudgeTests : JudgeBed
{
    [Fact]
    public void A_pod_that_was_restarted_serves_once_it_ran_for_ten_seconds()
    {
        SeeDeployment("updatedReplicas: 1, replicas: 1, availableReplicas: 1", replicas: 1);
        SeePod("api-1", "restartCount: 1, ready: true, state: {running: {}}, lastState: {terminated: {reason: OOMKilled, exitCode: 137}}");
        Assert.Equal((false, TimeSpan.FromSeconds(10)), (Look.IsDone, Look.LookAgainIn));
        Time.Advance(TimeSpan.FromSeconds(10));

        Assert.True(Look.IsDone);
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
            Time.Advance(TimeSpan.FromSeconds(20));
            SeePod("unlucky", "restartCount: 4, state: {running: {}}, lastState: {terminated: {exitCode: 1}}");
            Assert.Null(Verdict);
            Time.Advance(TimeSpan.FromSeconds(20));
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
            Time.Advance(TimeSpan.FromSeconds(15));
            SeePod("api-1", "state: {running: {}}");
            Assert.Null(Verdict);
            Time.Advance(TimeSpan.FromSeconds(15));
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
            Time.Advance(TimeSpan.FromSeconds(9));
            SeeReplicaFailure(null);
            Assert.Null(Verdict);
            Time.Advance(TimeSpan.FromSeconds(10));
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

    [Fact]
    public void A_full_quota_is_waited_for_while_a_new_pod_starts_however_long_that_takes()
    {
        SeeDeployment("availableReplicas: 2", more: "strategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 1}}");
        See(Resource.Pods, """{metadata: {name: old, ownerReferences: [{uid: rs-old}]}, status: {conditions: [{type: Ready, status: 'True'}]}}""");
        SeePod("api-1", "state: {waiting: {reason: ContainerCreating}}");
        SeeReplicaFailure("exceeded quota: small");
        for (var minute = 0; minute < 5; minute++)
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            Assert.Null(Verdict);
        }

        See(Resource.Pods, Pod("api-1", "conditions: [{type: Ready, status: 'True'}]"));

        Expect(120, "ReplicaSet/api-new cannot create pods: exceeded quota: small");
    }

    [Theory]
    [InlineData("Pod \"x\" is invalid: spec.containers[0].name: Required value", 0)]
    [InlineData("admission webhook \"policy.example\" denied the request: no", 0)]
    [InlineData("pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": privileged", 0)]
    [InlineData("pods \"x\" is forbidden: maximum memory usage per Container is 10Mi", 0)]
    [InlineData("pods \"x\" is forbidden: unable to validate against any pod security policy", 0)]
    [InlineData("pods \"x\" is forbidden: error looking up service account a/b: not found", 30)]
    [InlineData("pods \"x\" is forbidden: not yet ready to handle request", 30)]
    [InlineData("pods \"x\" is forbidden: status unknown for quota: small, resources: pods", 30)]
    [InlineData("Internal error occurred: failed calling webhook \"policy.example\": timeout", 60)]
    [InlineData("etcdserver: request timed out", 30)]
    public void Pods_that_cannot_be_created_fail_the_rollout_once_it_is_certain(string message, int seconds)
    {
        SeeReplicaFailure(message);

        Expect(seconds, $"ReplicaSet/api-new cannot create pods: {message}");
    }

    [Theory]
    [InlineData("Failed to create new replica set \"api-3\": replicasets.apps \"api-3\" is forbidden: exceeded quota: small", 10)]
    [InlineData("Failed to create new replica set \"api-3\": admission webhook \"policy.example\" denied the request: no", 0)]
    public void A_replica_set_that_cannot_be_created_fails_the_rollout(string message, int seconds)
    {
        SeeDeployment($"observedGeneration: 1, conditions: [{{type: Progressing, status: 'False', reason: ReplicaSetCreateError, lastUpdateTime: '2', message: '{message}'}}]");

        Expect(seconds, $"Deployment/api cannot create its ReplicaSet: {message}");
    }

    [Fact]
    public void A_replica_set_that_could_not_be_created_for_the_rollout_before_gets_time()
    {
        const string Said = "conditions: [{type: Progressing, status: 'False', reason: ReplicaSetCreateError, lastUpdateTime: '1', message: 'admission webhook denied the request: no'}]";
        JudgeFrom(Json($"{{spec: {{{Template}}}, status: {{{Said}}}}}"));
        SeeDeployment($"observedGeneration: 1, {Said}");

        Expect(30, "Deployment/api cannot create its ReplicaSet: admission webhook denied the request: no");
    }

    [Fact]
    public void Pods_of_the_replica_set_before_are_not_judged_while_the_new_one_is_not_made()
    {
        See(Resource.ReplicaSets, """{metadata: {name: api-new, uid: rs-new, ownerReferences: [{uid: d}], annotations: {deployment.kubernetes.io/revision: '2'}}, spec: {template: {spec: {containers: [{name: api, image: team/api@sha256:0}]}}}}""");
        SeePod("api-1", "state: {waiting: {reason: InvalidImageName, message: 'of the release before'}}");

        Assert.Null(Verdict);
    }

    [Fact]
    public void What_was_said_of_a_replica_set_before_its_controller_looked_is_not_judged()
    {
        See(Resource.ReplicaSets, """
            metadata: {name: api-new, uid: rs-new, generation: 3, ownerReferences: [{uid: d}], annotations: {deployment.kubernetes.io/revision: '2'} }
            spec: {template: {spec: {containers: [{name: api, image: team/api@sha256:1}]}}}
            status: {observedGeneration: 2, conditions: [{type: ReplicaFailure, status: 'True', message: 'Pod "x" is invalid: old'}]}
            """);

        Assert.Null(Verdict);
    }

    [Fact]
    public void The_progress_deadline_is_a_verdict_unless_it_is_that_of_the_rollout_before()
    {
        const string Deadline = "conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, lastUpdateTime: '1', message: has timed out}]";
        JudgeFrom(Json($"{{spec: {{template: {{spec: {{containers: [{{name: api, image: team/api@sha256:1}}]}}}}}}, status: {{{Deadline}}}}}"));
        SeeDeployment(Deadline);
        Assert.Null(Verdict);
        SeeDeployment("conditions: [{type: Progressing, status: 'True', reason: ReplicaSetUpdated}]");
        Time.Advance(TimeSpan.FromSeconds(10));
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
        Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(Verdict);
        Assert.False(View.IsDone);
    }

    [Fact]
    public void A_rollout_that_somebody_else_took_over_has_failed()
    {
        SeeDeployment(image: "team/api@sha256:2", managers: "{manager: pipeline, time: '1', fieldsV1: {'f:spec': {} } }, {manager: kubectl-set, time: '2', fieldsV1: {'f:spec': {} } }, {manager: kube-controller-manager, time: '3', fieldsV1: {'f:status': {} } }");

        Expect(0, "'kubectl-set' (at 2) changed it while it was rolled out: container 'api' is to run 'team/api@sha256:2' instead of 'team/api@sha256:1'");
    }

    [Fact]
    public void Who_only_scaled_it_or_applied_it_in_the_same_second_did_not_take_it_over()
    {
        SeeDeployment(image: "team/api@sha256:2", managers: "{manager: kubectl-set, time: '2', fieldsV1: {'f:spec': {} } }, {manager: pipeline, time: '2', fieldsV1: {'f:spec': {} } }, {manager: hpa, time: '3', subresource: scale, fieldsV1: {'f:spec': {} } }");

        Assert.StartsWith("'kubectl-set' (at 2) changed it", Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_changes_what_the_pods_get_took_it_over_too_and_no_value_is_shown()
    {
        JudgeFrom(Json("{spec: {template: {spec: {containers: [{name: api, image: team/api@sha256:1, env: [{name: GREETING, value: hello}]}]}}}}"));
        See(Resource.Deployments, """
            metadata: {name: api, uid: d, generation: 3, managedFields: [{manager: kubectl-set, time: '2', fieldsV1: {'f:spec': {} } }] }
            spec: {template: {spec: {containers: [{name: api, image: team/api@sha256:1, env: [{name: GREETING, value: secret-word}]}]}}}
            """);

        Expect(0, "'kubectl-set' (at 2) changed it while it was rolled out: its pods' 'containers[api].env[GREETING].value' is no longer what this release asks for");
    }

    [Theory]
    [InlineData("{manager: kube-controller-manager, time: '2', subresource: scale, fieldsV1: {'f:spec': {'f:replicas': {} } } }", "'kube-controller-manager' (at 2)")]
    [InlineData("", "somebody")]
    public void An_autoscaler_that_acts_in_the_middle_leaves_the_pods_to_the_release(string entry, string who)
    {
        const string Ours = "{manager: pipeline, time: '1', fieldsV1: {'f:spec': {'f:replicas': {} } } }";
        JudgeFrom(Json($"{{metadata: {{generation: 2, managedFields: [{Ours}]}}, spec: {{replicas: 3, {Template}}}}}"));
        See(Resource.Deployments, $$"""
            metadata: {name: api, uid: d, generation: 3, managedFields: [{manager: pipeline, time: '1', fieldsV1: {'f:spec': {} } }, {{entry}}] }
            spec: {replicas: 5, {{Template}} }
            """);

        Assert.Null(Verdict);
        Assert.Contains(Look.Findings, f => f.Sentence == $"{who} scaled it to 5 pods while it was rolled out");
    }

    [Fact]
    public void A_deployment_that_somebody_deleted_has_failed()
    {
        View.See(Resource.Deployments, new WatchEvent(IsWhole: false, IsDeletion: true, [View.Deployment!]));

        Expect(0, "somebody deleted it while it was rolled out");
    }

    [Fact]
    public void Nothing_is_judged_before_anything_was_seen() => Assert.Null(new RolloutJudge(Applied, Time).Look(new RolloutView(PodBaseline.Empty)).Failure);

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

        Assert.Equal(done, View.IsDone);
        Assert.Equal(wanted, View.Wanted);
    }

    [Fact]
    public void Pods_that_are_ready_are_counted_among_the_new_ones_only()
    {
        SeeDeployment("updatedReplicas: 2");
        See(Resource.Pods, Pod("api-1", "conditions: [{type: Ready, status: 'True'}]"));
        See(Resource.Pods, Pod("two", "conditions: [{type: Ready, status: 'False'}]"));
        See(Resource.Pods, """{metadata: {name: old, ownerReferences: [{uid: rs-old}]}, status: {conditions: [{type: Ready, status: 'True'}]}}""");

        Assert.Equal((1, 3, "2"), (View.Ready, View.Wanted, View.Revision));
    }
}

using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Migrations;
using Pipeline.Rollouts;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Migrations;

public sealed class JobJudgeTests
{
    private readonly FakeTimeProvider time = new();
    private readonly JobView view = new(LoopbackWorkloads.Yaml("{metadata: {name: job, uid: j}}"), "m");
    private readonly JobJudge judge;

    public JobJudgeTests() => judge = new JobJudge(time);

    [Theory]
    [InlineData("ErrImageNeverPull", 0)]
    [InlineData("CreateContainerConfigError", 45)]
    [InlineData("ImagePullBackOff", 120)]
    public void A_pod_that_does_not_start_has_as_long_as_its_trouble_may_heal(string reason, int seconds)
    {
        if (seconds > 0)
        {
            Assert.Null(Waiting(reason));
            time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.Null(Waiting(reason));
            Assert.Equal(TimeSpan.FromSeconds(1), judge.Look(view).LookAgainIn);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.NotNull(Waiting(reason));
    }

    [Fact]
    public void Trouble_that_healed_is_forgotten()
    {
        Assert.Null(Waiting("CreateContainerConfigError"));
        time.Advance(TimeSpan.FromSeconds(44));
        Assert.Null(Waiting("ContainerCreating"));
        time.Advance(TimeSpan.FromSeconds(44));
        Assert.Null(Waiting("CreateContainerConfigError"));
    }

    [Theory]
    [InlineData("state: {terminated: {exitCode: 0, reason: Completed}}", null)]
    [InlineData("state: {terminated: {exitCode: 1, reason: Error}}", null)]
    [InlineData("state: {running: {}}", null)]
    [InlineData("state: {waiting: {reason: CrashLoopBackOff}}, restartCount: 9, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}", null)]
    [InlineData("state: {terminated: {exitCode: 128, reason: StartError, message: 'exec format error'}}", "ExecFormatError")]
    [InlineData("state: {waiting: {reason: RunContainerError, message: 'exec: \"alembic\": executable file not found in $PATH'}}", "ProgramMissing")]
    public void A_run_is_the_jobs_to_judge_unless_it_never_began(string status, string? condition)
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(condition, Seen(status)?.Rule.Condition);
            time.Advance(TimeSpan.FromMinutes(10));
        }
    }

    [Theory]
    [InlineData("FailedMount", 90)]
    [InlineData("FailedCreatePodSandBox", 90)]
    public void What_only_events_tell_of_a_pod_counts_too(string reason, int seconds)
    {
        view.See(Resource.Events, Change($"{{reason: {reason}, message: why, involvedObject: {{kind: Pod, name: job-1}}}}"));
        Assert.Null(Waiting("ContainerCreating"));
        time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(reason, Waiting("ContainerCreating")?.Rule.Condition);
    }

    [Fact]
    public void A_pod_that_no_node_takes_is_given_up()
    {
        Assert.Null(Pod("conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: 0/3 nodes}]"));
        time.Advance(VerdictRules.Unschedulable.Grace);

        Assert.Equal(VerdictRules.Unschedulable, judge.Look(view).Failure?.Rule);
    }

    [Fact]
    public void A_run_on_a_node_that_does_not_answer_goes_on()
    {
        view.See(Resource.Events, Change("{reason: NodeNotReady, message: gone, involvedObject: {kind: Pod, name: job-1}}"));
        Assert.Null(Pod("conditions: [{type: Ready, status: 'False'}], containerStatuses: [{name: m, state: {running: {}}}]"));
        time.Advance(TimeSpan.FromHours(1));

        Assert.Null(judge.Look(view).Failure);
    }

    [Theory]
    [InlineData("pods \"x\" is forbidden: violates PodSecurity", 0, "AdmissionDenied")]
    [InlineData("pods \"x\" is forbidden: exceeded quota: small", 120, "QuotaAwaited")]
    [InlineData("error looking up service account product/api: serviceaccount \"api\" not found", 30, "ServiceAccountMissing")]
    public void A_pod_that_is_never_created_is_known_by_the_jobs_event(string message, int seconds, string condition)
    {
        view.See(Resource.Events, Change($"{{reason: FailedCreate, message: '{message}', involvedObject: {{kind: Job, name: job, uid: j}}}}"));
        if (seconds > 0)
            Assert.Null(judge.Look(view).Failure);
        time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(condition, judge.Look(view).Failure?.Rule.Condition);
    }

    [Fact]
    public void A_refusal_of_a_job_before_of_the_same_name_is_none_of_this_one()
    {
        view.See(Resource.Events, Change("{reason: FailedCreate, message: 'is forbidden: no', involvedObject: {kind: Job, name: job, uid: before}}"));

        Assert.Empty(judge.Look(view).Findings);
    }

    private RolloutFinding? Waiting(string reason) => Seen($"state: {{waiting: {{reason: {reason}}}}}");

    private RolloutFinding? Seen(string status) => Pod($"containerStatuses: [{{name: m, {status}}}]");

    private RolloutFinding? Pod(string status)
    {
        view.See(Resource.Pods, Change($"{{metadata: {{name: job-1, ownerReferences: [{{uid: j}}]}}, spec: {{nodeName: a, restartPolicy: Never}}, status: {{{status}}}}}"));
        return judge.Look(view).Failure;
    }

    private static WatchEvent Change(string item) => new(IsWhole: false, IsDeletion: false, [LoopbackWorkloads.Yaml(item)]);
}

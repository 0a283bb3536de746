using Microsoft.Extensions.Time.Testing;
using Pipeline.Migrations;
using Pipeline.Tests.Rollouts;

namespace Pipeline.Tests.Migrations;

public sealed class StartJudgeTests
{
    private readonly FakeTimeProvider time = new();
    private readonly StartJudge judge;

    public StartJudgeTests() => judge = new StartJudge(time);

    [Theory]
    [InlineData("ErrImageNeverPull", 0)]
    [InlineData("CreateContainerConfigError", 45)]
    [InlineData("ImagePullBackOff", 120)]
    public void A_pod_that_does_not_start_has_as_long_as_its_trouble_may_heal(string reason, int seconds)
    {
        if (seconds > 0)
        {
            Assert.False(Fails(reason));
            time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.False(Fails(reason));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True(Fails(reason));
    }

    [Fact]
    public void Trouble_that_healed_is_forgotten()
    {
        Assert.False(Fails("CreateContainerConfigError"));
        time.Advance(TimeSpan.FromSeconds(44));
        Assert.False(Fails("ContainerCreating"));
        time.Advance(TimeSpan.FromSeconds(44));
        Assert.False(Fails("CreateContainerConfigError"));
    }

    [Theory]
    [InlineData("terminated: {exitCode: 0, reason: Completed}", false)]
    [InlineData("terminated: {exitCode: 1, reason: Error}", false)]
    [InlineData("running: {}", false)]
    [InlineData("terminated: {exitCode: 128, reason: StartError, message: 'exec format error'}", true)]
    public void A_run_is_the_jobs_to_judge_unless_it_never_began(string state, bool fails)
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(fails, judge.Failure(LoopbackWorkloads.Yaml($"{{metadata: {{name: a}}, spec: {{restartPolicy: Never}}, status: {{containerStatuses: [{{name: m, state: {{{state}}}}}]}}}}")) is not null);
            time.Advance(TimeSpan.FromMinutes(10));
        }
    }

    private bool Fails(string reason) =>
        judge.Failure(LoopbackWorkloads.Yaml($"{{metadata: {{name: a}}, status: {{containerStatuses: [{{name: m, state: {{waiting: {{reason: {reason}}}}}}}]}}}}")) is not null;
}

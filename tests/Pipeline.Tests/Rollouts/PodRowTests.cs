using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class PodRowTests
{
    private const string Mesh = "initContainers: [{name: wait}, {name: mesh, restartPolicy: Always}], containers: [{name: api}]";

    [Theory]
    [InlineData("true", "ready: true, state: {running: {}}", "Running", "2/2")]
    [InlineData("true", "ready: false, state: {running: {}}", "Running", "1/2")]
    [InlineData("false", "state: {waiting: {reason: PodInitializing}}", "Init", "1/2")]
    public void A_sidecar_counts_as_a_container_and_its_start_ends_the_initialisation(string started, string api, string state, string ready)
    {
        var row = PodRow.Of(LoopbackWorkloads.Yaml($$"""
            metadata: {name: api-1}
            spec: { {{Mesh}} }
            status: {phase: Running, initContainerStatuses: [{name: wait, state: {terminated: {exitCode: 0} } }, {name: mesh, ready: true, started: {{started}}, state: {running: {} } }], containerStatuses: [{name: api, {{api}} }]}
            """));

        Assert.Equal((state, ready), (row.State, row.Ready));
    }

    [Fact]
    public void A_container_that_must_end_before_the_others_begin_is_named_by_its_reason()
    {
        var row = PodRow.Of(LoopbackWorkloads.Yaml($$"""
            metadata: {name: api-1}
            spec: { {{Mesh}} }
            status: {phase: Pending, initContainerStatuses: [{name: wait, state: {waiting: {reason: CrashLoopBackOff} } }, {name: mesh, ready: false, state: {waiting: {reason: PodInitializing} } }]}
            """));

        Assert.Equal(("Init:CrashLoopBackOff", "0/2"), (row.State, row.Ready));
    }
}

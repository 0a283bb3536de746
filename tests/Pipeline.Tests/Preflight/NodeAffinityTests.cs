using Pipeline.Preflight;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Preflight;

public sealed class NodeAffinityTests
{
    [Theory]
    [InlineData("{matchExpressions: [{key: arch, operator: In, values: [amd64, riscv]}]}", true)]
    [InlineData("{matchExpressions: [{key: arch, operator: In, values: [arm64]}]}", false)]
    [InlineData("{matchExpressions: [{key: arch, operator: In, values: [arm64]}]}, {matchExpressions: [{key: cores, operator: Gt, values: ['7']}]}", true)]
    [InlineData("{matchExpressions: [{key: arch, operator: Exists}, {key: spot, operator: Exists}]}", false)]
    [InlineData("{matchExpressions: [{key: spot, operator: DoesNotExist}]}", true)]
    [InlineData("{matchExpressions: [{key: arch, operator: NotIn, values: [amd64]}]}", false)]
    [InlineData("{matchExpressions: [{key: cores, operator: Gt, values: ['8']}]}", false)]
    [InlineData("{matchExpressions: [{key: cores, operator: Lt, values: ['9']}]}", true)]
    [InlineData("{matchExpressions: [{key: arch, operator: Lt, values: ['9']}]}", false)]
    [InlineData("{matchFields: [{key: metadata.name, operator: In, values: [worker-1]}]}", true)]
    [InlineData("{matchFields: [{key: metadata.name, operator: NotIn, values: [worker-1]}]}", false)]
    [InlineData("{}", false)]
    public void One_term_must_hold_and_in_it_everything(string terms, bool admits)
    {
        var pod = Yaml($"{{affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}}}}}}}");

        Assert.Equal(admits, NodeAffinity.Admits(pod, Yaml("{metadata: {name: worker-1, labels: {arch: amd64, cores: '8'}}}")));
    }

    [Fact]
    public void What_is_only_preferred_keeps_no_pod_away() =>
        Assert.True(NodeAffinity.Admits(Yaml("{affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: x, operator: Exists}]}}]}}}"), Yaml("{metadata: {name: worker-1}}")));

    private static System.Text.Json.Nodes.JsonObject Yaml(string yaml) => YamlManifest.Parse(yaml, "test").Single();
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

/// <summary>A Deployment in the middle of a rollout, an old and a new ReplicaSet, a judge, and a clock that stands still.</summary>
public abstract class JudgeBed
{
    private protected const string Template = "template: {metadata: {labels: {pod-template-hash: abc}}, spec: {containers: [{name: api, image: team/api@sha256:1}]}}";
    private protected static readonly JsonObject Applied = Json("""{spec: {template: {spec: {containers: [{name: api, image: team/api@sha256:1}]}}}}""");
    private readonly RolloutView view = new(new PodBaseline([Json("{metadata: {uid: worn}, status: {containerStatuses: [{name: api, restartCount: 9}]}}")]));
    private RolloutJudge judge;

    protected JudgeBed()
    {
        judge = new RolloutJudge(Applied, Time);
        SeeDeployment();
        See(Resource.ReplicaSets, $"{{metadata: {{name: api-new, uid: rs-new, ownerReferences: [{{uid: d}}], annotations: {{deployment.kubernetes.io/revision: '2'}}}}, spec: {{{Template}}}}}");
        See(Resource.ReplicaSets, """{metadata: {name: api-old, uid: rs-old, ownerReferences: [{uid: d}], annotations: {deployment.kubernetes.io/revision: '1'}}}""");
    }

    private protected FakeTimeProvider Time { get; } = new();

    private protected RolloutView View => view;

    private protected RolloutLook Look => judge.Look(view);

    private protected string? Verdict => Look.Failure?.Sentence;

    private protected void JudgeFrom(JsonObject applied) => judge = new RolloutJudge(applied, Time);

    private protected void Expect(int seconds, string reason)
    {
        if (seconds > 0)
        {
            Assert.Null(Verdict);
            Time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.Null(Verdict);
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(reason, Verdict);
    }

    private protected void SeeDeployment(string status = "", int replicas = 3, string image = "team/api@sha256:1", string more = "", string managers = "") => See(Resource.Deployments, $$"""
        metadata: {name: api, uid: d, generation: 2, annotations: {deployment.kubernetes.io/revision: '2'}, managedFields: [{{managers}}] }
        spec: {replicas: {{replicas}}, {{more}}{{(more.Length > 0 ? ", " : "")}}template: {spec: {containers: [{name: api, image: '{{image}}'}] } } }
        status: { {{(status.Contains("observedGeneration", StringComparison.Ordinal) ? "" : "observedGeneration: 2, ")}} {{status}} }
        """);

    private protected void SeeEvent(string reason, string message) =>
        See(Resource.Events, $"{{involvedObject: {{kind: Pod, name: api-1}}, reason: {reason}, message: '{message}', lastTimestamp: '2026-01-01T00:00:00Z'}}");

    private protected void SeePod(string name, string container) => See(Resource.Pods, Pod(name, $"containerStatuses: [{{name: api, {container}}}]"));

    private protected void SeeReplicaFailure(string? message) => See(Resource.ReplicaSets, $$"""
        metadata: {name: api-new, uid: rs-new, ownerReferences: [{uid: d}], annotations: {deployment.kubernetes.io/revision: '2'} }
        spec: { {{Template}} }
        status: {conditions: [{type: ReplicaFailure, status: '{{message is not null}}', reason: FailedCreate, message: '{{message}}'}]}
        """);

    private protected static string Pod(string name, string status) =>
        $$"""{metadata: {name: {{name}}, ownerReferences: [{uid: rs-new}]}, spec: {nodeName: worker-1}, status: { {{status}} } }""";

    private protected void See(Resource resource, string yaml) => view.See(resource, new WatchEvent(IsWhole: false, IsDeletion: false, [Json(yaml)]));

    private protected static JsonObject Json(string yaml) => YamlManifest.Parse(yaml, "test").Single();
}

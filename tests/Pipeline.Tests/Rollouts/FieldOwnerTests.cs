using System.Text.Json.Nodes;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class FieldOwnerTests
{
    private static readonly JsonObject Stored = JsonNode.Parse("""
        {"metadata":{"name":"api","managedFields":[
          {"manager":"pipeline","time":"2026-03-01T10:00:00Z","fieldsV1":{"f:metadata":{"f:labels":{"f:app.kubernetes.io/name":{}}},
            "f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"api\"}":{".":{},"f:image":{},"f:env":{"k:{\"name\":\"MODE\"}":{".":{},"f:value":{}}}}}}}}}},
          {"manager":"kubectl-edit","time":"2026-03-01T11:00:00Z","fieldsV1":{"f:metadata":{"f:labels":{"f:app.kubernetes.io/name":{}}},
            "f:spec":{"f:template":{"f:metadata":{"f:annotations":{"f:kubectl.kubernetes.io/restartedAt":{}}},
              "f:spec":{"f:containers":{"k:{\"name\":\"api\"}":{"f:image":{},"f:env":{"k:{\"name\":\"LOG_LEVEL\"}":{".":{},"f:name":{},"f:value":{}}}}}}}}}},
          {"manager":"kubectl-set","time":"2026-03-01T12:00:00Z","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"api\"}":{"f:image":{}}}}}}}},
          {"manager":"kube-controller-manager","time":"2026-03-01T13:00:00Z","fieldsV1":{"f:status":{"f:replicas":{}}}},
          {"manager":"autoscaler","subresource":"scale","time":"2026-03-01T13:00:00Z","fieldsV1":{"f:spec":{"f:minReadySeconds":{}}}}]}}
        """)!.AsObject();

    private const string Editor = "'kubectl-edit' (at 2026-03-01T11:00:00Z)";

    [Theory]
    [InlineData("spec.template.spec.containers[api].image", "'kubectl-set' (at 2026-03-01T12:00:00Z)")]
    [InlineData("metadata.labels.app.kubernetes.io/name", "'kubectl-edit' (at 2026-03-01T11:00:00Z)")]
    [InlineData("spec.template.spec.containers[api].env[MODE].value", null)]
    [InlineData("spec.replicas", null)]
    [InlineData("spec.template.spec.containers[other].image", null)]
    public void The_last_other_manager_of_a_field_is_named(string path, string? who) => Assert.Equal(who, FieldOwner.Of(Stored, path));

    [Fact]
    public void What_others_added_is_told_once_and_as_a_whole() => Assert.Equal(
        [
            ("spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt", "'kubectl-edit' (at 2026-03-01T11:00:00Z)"),
            ("spec.template.spec.containers[api].env[LOG_LEVEL]", "'kubectl-edit' (at 2026-03-01T11:00:00Z)"),
        ],
        FieldOwner.Added(Stored));

    [Fact]
    public void What_others_added_to_a_ConfigMap_is_told_and_named()
    {
        var map = JsonNode.Parse("""
            {"metadata":{"name":"settings","managedFields":[
              {"manager":"pipeline","time":"2026-03-01T10:00:00Z","fieldsV1":{"f:data":{"f:app.properties":{},"f:FLAG":{}}}},
              {"manager":"kubectl-edit","time":"2026-03-01T11:00:00Z","fieldsV1":{"f:data":{".":{},"f:FLAG":{},"f:log.level":{}},"f:binaryData":{"f:logo":{}}}}]}}
            """)!.AsObject();

        Assert.Equal([("data.log.level", Editor), ("binaryData.logo", Editor)], FieldOwner.Added(map));
        Assert.Equal(Editor, FieldOwner.Of(map, "data.FLAG"));
    }
}

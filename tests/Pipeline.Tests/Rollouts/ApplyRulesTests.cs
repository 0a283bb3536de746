using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Rollouts;
using Pipeline.Tests.Preflight;

namespace Pipeline.Tests.Rollouts;

public sealed class ApplyRulesTests : IAsyncLifetime
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.com}
        spec: {group: example.com, scope: Namespaced, names: {kind: Widget, plural: widgets}, versions: [{name: v1}, {name: v2}]}
        """;

    private static readonly Resource Definitions = new("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", IsNamespaced: false);
    private readonly LoopbackCluster cluster = new();
    private readonly LoopbackWorkloads workloads;
    private ClusterConnection connection = null!;

    public ApplyRulesTests() => workloads = new LoopbackWorkloads(cluster);

    public async Task InitializeAsync()
    {
        await cluster.InitializeAsync();
        connection = ClusterConnection.Open(cluster.Options);
    }

    public async Task DisposeAsync()
    {
        connection.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public void What_others_depend_on_is_applied_first()
    {
        string[] given = ["ServiceMonitor", "ValidatingWebhookConfiguration", "Deployment", "HorizontalPodAutoscaler", "ExternalSecret", "Service", "ConfigMap", "RoleBinding", "Role", "CustomResourceDefinition", "Namespace"];

        var order = ApplyOrder.Of(given.Select(k => new JsonObject { ["kind"] = k })).Select(o => o.Kind());

        Assert.Equal(["Namespace", "CustomResourceDefinition", "Role", "RoleBinding", "ConfigMap", "Service", "ExternalSecret", "Deployment", "HorizontalPodAutoscaler", "ServiceMonitor", "ValidatingWebhookConfiguration"], order);
    }

    [Fact]
    public void A_definition_brings_its_kind_in_each_of_its_versions()
    {
        JsonObject[] manifests = [Yaml(Definition)];

        Assert.Equal(new Resource("example.com/v2", "Widget", "widgets"), CustomKinds.Find(manifests, Yaml("{apiVersion: example.com/v2, kind: Widget}")));
        Assert.Null(CustomKinds.Find(manifests, Yaml("{apiVersion: example.com/v3, kind: Widget}")));
        Assert.Null(CustomKinds.Find(manifests, Yaml("{apiVersion: example.com/v2, kind: Gadget}")));
    }

    [Fact]
    public async Task A_definition_is_awaited_until_the_server_serves_it()
    {
        Put("{conditions: [{type: Established, status: 'False'}]}");
        var waiting = CustomKinds.EstablishAsync(connection, Definitions, "widgets.example.com", TimeProvider.System, default);
        await Task.Delay(300);
        Assert.False(waiting.IsCompleted);
        Put("{conditions: [{type: Established, status: 'True'}]}");

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_definition_whose_names_are_taken_says_so()
    {
        Put("{conditions: [{type: NamesAccepted, status: 'False', message: '\"widgets\" is already in use'}]}");

        var error = await Assert.ThrowsAsync<FailureException>(() => CustomKinds.EstablishAsync(connection, Definitions, "widgets.example.com", TimeProvider.System, default));

        Assert.Equal("CustomResourceDefinition/widgets.example.com is not served: \"widgets\" is already in use Give it other names.", error.Message);
    }

    [Fact]
    public void A_conflict_names_every_other_manager_and_its_fields()
    {
        var details = Yaml("""
            causes:
            - {reason: FieldManagerConflict, message: 'conflict with "kubectl-edit" using v1', field: .spec.ports}
            - {reason: FieldManagerConflict, message: 'conflict with "kubectl-edit" using v1', field: .spec.selector}
            - {reason: FieldManagerConflict, message: 'conflict with "helm" using v1 at 2026-01-02T03:04:05Z', field: .metadata.labels.team}
            """);

        var sentence = FieldConflict.Sentence(Yaml("{kind: Service, metadata: {name: api}}"), new ClusterRequestException("said", HttpStatusCode.Conflict, "Conflict", details));

        Assert.Equal("Service/api was not applied, somebody else manages some of its fields: 'kubectl-edit' manages .spec.ports, .spec.selector; 'helm' manages .metadata.labels.team. Leave them out of the manifest, or pass --take-over-fields to take them over.", sentence);
    }

    [Theory]
    [InlineData("in the cluster", "[]", 5)]
    [InlineData("in the manifests", "[]", 5)]
    [InlineData("in the manifests", "[{manager: kube-controller-manager, fieldsV1: {'f:spec': {'f:replicas': {}}}}]", null)]
    [InlineData("in the manifests", "[{manager: pipeline, fieldsV1: {'f:spec': {'f:replicas': {}}}}]", 5)]
    [InlineData("about to be removed", "[]", 3)]
    [InlineData("of another workload", "[]", 3)]
    public async Task Replicas_are_left_as_they_are_where_an_autoscaler_targets_the_workload(string where, string managedFields, int? expected)
    {
        var scaler = Yaml($"{{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {{name: api}}, spec: {{scaleTargetRef: {{kind: Deployment, name: {(where == "of another workload" ? "web" : "api")}}}}}}}");
        List<JsonObject> manifests = [Yaml("{kind: Deployment, metadata: {name: api}, spec: {replicas: 3}}")];
        if (where == "in the manifests")
            manifests.Add(scaler);
        else
            workloads.Put(new Resource("autoscaling/v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers"), scaler);
        if (where == "about to be removed")
            scaler["metadata"]!["labels"] = new JsonObject { [ManifestSet.AppliedLabel] = "test" };
        var autoscaled = await Autoscaled.ReadAsync(connection, new Discovery(connection), manifests, default);

        var ours = autoscaled.Ours(manifests[0], Yaml($"{{kind: Deployment, metadata: {{name: api, managedFields: {managedFields}}}, spec: {{replicas: 5}}}}"));

        Assert.Equal($"{expected}", ours.Text("spec", "replicas") ?? "");
    }

    [Fact]
    public async Task A_new_workload_begins_with_the_number_in_its_manifest()
    {
        JsonObject[] manifests = [Yaml("{kind: Deployment, metadata: {name: api}, spec: {replicas: 3}}"), Yaml("{kind: HorizontalPodAutoscaler, metadata: {name: api}, spec: {scaleTargetRef: {kind: Deployment, name: api}}}")];
        var autoscaled = await Autoscaled.ReadAsync(connection, new Discovery(connection), manifests, default);

        Assert.Same(manifests[0], autoscaled.Ours(manifests[0], null));
    }

    private void Put(string status)
    {
        var definition = Yaml(Definition);
        definition["status"] = Yaml(status);
        cluster.Put(Definitions.PathIn("product", "widgets.example.com"), definition);
    }

    private static JsonObject Yaml(string text) => LoopbackWorkloads.Yaml(text);
}

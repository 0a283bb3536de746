using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>Defaults, validation, quotas and access reviews.</summary>
public abstract class RuleContract(ContractCluster cluster) : ContractTests(cluster)
{
    private static readonly Resource Quotas = new("v1", "ResourceQuota", "resourcequotas");
    private static readonly Resource Services = new("v1", "Service", "services");

    [SkippableFact]
    public async Task A_deployment_gets_its_defaults()
    {
        var manifest = Deployment("defaults");
        manifest.At("spec")!.Remove("replicas");
        manifest["spec"]!["paused"] = true;
        manifest["spec"]!["template"]!["spec"]!["containers"]![0]!["readinessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["port"] = 8080 } };

        var created = await Connection.CreateAsync(Resource.Deployments, manifest, default);

        var spec = created.At("spec")!;
        var container = spec.Items("template", "spec", "containers").Single();
        Assert.Equal((1, 10, 600), (spec.Number("replicas"), spec.Number("revisionHistoryLimit"), spec.Number("progressDeadlineSeconds")));
        Assert.Equal(("25%", "25%"), (spec.Text("strategy", "rollingUpdate", "maxSurge"), spec.Text("strategy", "rollingUpdate", "maxUnavailable")));
        Assert.Equal(("Always", 30, "ClusterFirst"), (spec.Text("template", "spec", "restartPolicy"), spec.Number("template", "spec", "terminationGracePeriodSeconds"), spec.Text("template", "spec", "dnsPolicy")));
        Assert.Equal(("IfNotPresent", "/dev/termination-log"), (container.Text("imagePullPolicy"), container.Text("terminationMessagePath")));
        Assert.Equal("""{"failureThreshold":3,"httpGet":{"path":"/","port":8080,"scheme":"HTTP"},"periodSeconds":10,"successThreshold":1,"timeoutSeconds":1}""", Sorted(container.At("readinessProbe")!));
    }

    [SkippableFact]
    public async Task A_job_is_told_apart_from_its_siblings_by_a_label_of_its_own()
    {
        var job = await Connection.CreateAsync(Resource.Jobs, Job("labelled"), default);

        Assert.Equal((6, 1, 1), (job.Number("spec", "backoffLimit"), job.Number("spec", "completions"), job.Number("spec", "parallelism")));
        Assert.Equal(job.Text("metadata", "uid"), job.Text("spec", "template", "metadata", "labels", "controller-uid"));
        Assert.Equal("labelled", job.Text("spec", "template", "metadata", "labels", "job-name"));
    }

    [SkippableFact]
    public async Task A_service_gets_an_address()
    {
        var service = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "service" }, ["spec"] = new JsonObject { ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }) } };

        var created = await Connection.CreateAsync(Services, service, default);

        Assert.Matches(@"^10\.\d+\.\d+\.\d+$", created.Text("spec", "clusterIP"));
        Assert.Equal(("ClusterIP", "None"), (created.Text("spec", "type"), created.Text("spec", "sessionAffinity")));
        Assert.Equal(("TCP", "80"), (created.Items("spec", "ports").Single().Text("protocol"), created.Items("spec", "ports").Single().Text("targetPort")));
    }

    [SkippableTheory]
    [InlineData("""{"metadata": {"name": "Bad_Name"}}""", "metadata.name: Invalid value: \"Bad_Name\"")]
    [InlineData("""{"metadata": {"labels": {"a": "b c"}}}""", "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters")]
    [InlineData("""{"spec": {"replicas": -1}}""", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("""{"spec": {"selector": {"matchLabels": {"app": "other"}}}}""", "`selector` does not match template `labels`")]
    [InlineData("""{"spec": {"template": {"spec": {"containers": [{"name": "api"}]}}}}""", "spec.template.spec.containers[0].image: Required value")]
    [InlineData("""{"spec": {"template": {"spec": {"containers": []}}}}""", "spec.template.spec.containers: Required value")]
    [InlineData("""{"spec": {"template": {"spec": {"restartPolicy": "Never"}}}}""", "spec.template.spec.restartPolicy: Unsupported value: \"Never\"")]
    [InlineData("""{"spec": {"template": {"spec": {"containers": [{"name": "api", "image": "x", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}}}}""", "spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [InlineData("""{"spec": {"template": {"spec": {"containers": [{"name": "api", "image": "x", "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}}]}}}}""", "spec.template.spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to")]
    [InlineData("""{"spec": {"template": {"spec": {"containers": [{"name": "api", "image": "x", "ports": [{"containerPort": 80000}]}]}}}}""", "spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 80000: must be between 1 and 65535, inclusive")]
    public async Task A_deployment_that_breaks_a_rule_is_refused_by_field(string wrong, string said)
    {
        var manifest = Deployment("invalid");
        Overlay(manifest, (JsonObject)JsonNode.Parse(wrong)!);

        var refused = await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => Connection.CreateAsync(Resource.Deployments, manifest, default));

        Assert.Equal("Invalid", refused.Reason);
        Assert.Contains($"Deployment.apps \"{manifest.Name()}\" is invalid: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_selector_and_a_jobs_template_never_change()
    {
        await Connection.CreateAsync(Resource.Deployments, Deployment("fixed"), default);
        await Connection.CreateAsync(Resource.Jobs, Job("fixed"), default);

        var selector = await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => PatchAsync(
            Resource.Deployments, "fixed", """{"spec": {"selector": {"matchLabels": {"app": "x"}}, "template": {"metadata": {"labels": {"app": "x"}}}}}""", "application/merge-patch+json"));
        var template = await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => PatchAsync(
            Resource.Jobs, "fixed", """{"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 7}}}}""", "application/merge-patch+json"));

        Assert.Contains("spec.selector: Invalid value: ", selector.Message, StringComparison.Ordinal);
        Assert.Contains(": field is immutable", selector.Message, StringComparison.Ordinal);
        Assert.Contains("spec.template: Invalid value: ", template.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_config_map_of_more_than_a_mebibyte_is_refused()
    {
        var refused = await Assert.ThrowsAsync<ClusterRequestException>(() => Connection.CreateAsync(Resource.ConfigMaps, ConfigMap("large", ("key", new string('x', 1024 * 1024 + 1))), default));

        Assert.Contains("ConfigMap \"large\" is invalid: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Too long", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_etcd_does_not_take_and_what_no_request_may_hold_is_refused()
    {
        Task<ClusterRequestException> RefusedOfAsync(int bytes)
        {
            var large = Deployment($"large-{bytes}");
            large.Items("spec", "template", "spec", "containers").Single()["env"] = new JsonArray(new JsonObject { ["name"] = "A", ["value"] = new string('x', bytes) });
            return Assert.ThrowsAsync<ClusterRequestException>(() => Connection.CreateAsync(Resource.Deployments, large, default));
        }

        var (stored, sent) = (await RefusedOfAsync(7 * 1024 * 1024 / 4), await RefusedOfAsync(3 * 1024 * 1024 + 1));

        Assert.Contains("etcdserver: request is too large", stored.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, stored.Status);
        Assert.Contains("Request entity too large: limit is 3145728", sent.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, sent.Status);
    }

    [SkippableTheory]
    [InlineData("configmaps", """{"metadata": {"name": "typed"}, "data": {"port": 8080}}""")]
    [InlineData("configmaps", """{"metadata": {"name": "typed", "labels": {"on": true}}}""")]
    public async Task A_number_where_a_text_belongs_does_not_decode(string plural, string body)
    {
        var refused = await RefusedAsync(HttpStatusCode.BadRequest, () => Connection.SendAsync(HttpMethod.Post, $"api/v1/namespaces/{Connection.Namespace}/{plural}", Content(JsonNode.Parse(body)!), default));

        Assert.Contains("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: ", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_patch_of_what_is_absent_or_of_an_unknown_form_is_refused()
    {
        var absent = await RefusedAsync(HttpStatusCode.NotFound, () => PatchAsync(Resource.Jobs, "absent", """{"metadata": {"labels": {"a": "b"}}}""", "application/merge-patch+json"));
        await RefusedAsync(HttpStatusCode.UnsupportedMediaType, () => PatchAsync(Resource.Jobs, "absent", "{}", "application/json"));

        Assert.Contains("jobs.batch \"absent\" not found", absent.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Nothing_is_created_in_a_namespace_that_is_not_there()
    {
        var refused = await RefusedAsync(HttpStatusCode.NotFound, () => Connection.SendAsync(HttpMethod.Post, Resource.ConfigMaps.PathIn("nowhere"), Content(ConfigMap("x")), default));

        Assert.Contains("namespaces \"nowhere\" not found", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_quota_refuses_what_does_not_fit_and_says_the_arithmetic()
    {
        var quota = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "quota" }, ["spec"] = new JsonObject { ["hard"] = new JsonObject { ["requests.cpu"] = "1", ["limits.memory"] = "1Gi" } } };
        await Connection.CreateAsync(Quotas, quota, default);
        await UntilCountedAsync();

        var silent = await RefusedAsync(HttpStatusCode.Forbidden, () => Connection.CreateAsync(Resource.Pods, Pod("silent", "{}"), default));
        var large = await RefusedAsync(HttpStatusCode.Forbidden, () => Connection.CreateAsync(
            Resource.Pods, Pod("large", """{"requests": {"cpu": "1500m", "memory": "1Mi"}, "limits": {"cpu": "2", "memory": "2Gi"}}"""), default));
        await Connection.DeleteAsync(Quotas, "quota", default);

        Assert.Contains("pods \"silent\" is forbidden: failed quota: quota: must specify limits.memory,requests.cpu", silent.Message, StringComparison.Ordinal);
        Assert.Contains(
            "pods \"large\" is forbidden: exceeded quota: quota, requested: limits.memory=2Gi,requests.cpu=1500m, used: limits.memory=0,requests.cpu=0, limited: limits.memory=1Gi,requests.cpu=1",
            large.Message,
            StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_administrator_may_do_what_he_asks_about()
    {
        var review = new JsonObject { ["spec"] = new JsonObject { ["resourceAttributes"] = new JsonObject { ["verb"] = "delete", ["resource"] = "pods", ["namespace"] = Connection.Namespace } } };

        var answer = await Connection.SendAsync(HttpMethod.Post, "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", Content(review), default);

        Assert.Equal(("SelfSubjectAccessReview", "true"), (answer.Kind(), answer.Text("status", "allowed")));
    }

    private async Task UntilCountedAsync()
    {
        for (var attempt = 0; attempt < 50 && (await GetAsync(Quotas, "quota")).At("status", "used") is null; attempt++)
            await Task.Delay(TimeSpan.FromMilliseconds(100));
    }

    private static JsonObject Job(string name) => (JsonObject)JsonNode.Parse($$$"""
        {
          "metadata": {"name": "{{{name}}}"},
          "spec": {"template": {"spec": {"restartPolicy": "Never", "nodeName": "nowhere", "containers": [{"name": "job", "image": "example.invalid/job:1"}]} } }
        }
        """)!;

    private static JsonObject Pod(string name, string resources) => (JsonObject)JsonNode.Parse($$$"""
        {"metadata": {"name": "{{{name}}}"}, "spec": {"nodeName": "nowhere", "containers": [{"name": "api", "image": "example.invalid/api:1", "resources": {{{resources}}} }]}}
        """)!;

    private static void Overlay(JsonObject target, JsonObject with)
    {
        foreach (var (name, value) in with)
            if (value is JsonObject map && target[name] is JsonObject inner)
                Overlay(inner, map);
            else
                target[name] = value?.DeepClone();
    }

    private static string Sorted(JsonObject node) => Sort(node).ToJsonString();

    private static JsonObject Sort(JsonObject node) =>
        new(node.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => KeyValuePair.Create<string, JsonNode?>(n.Key, n.Value is JsonObject inner ? Sort(inner) : n.Value?.DeepClone())));
}

public sealed class SandboxRules(SandboxCluster cluster) : RuleContract(cluster), IClassFixture<SandboxCluster>;

public sealed class TestbedRules(TestbedCluster cluster) : RuleContract(cluster), IClassFixture<TestbedCluster>;

using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Images;
using Pipeline.Releases;
using Pipeline.Rollouts;

namespace Pipeline.Tests.Rollouts;

public sealed class ManifestSetTests
{
    private const string Digest = "registry.example.com:5000/team/api@sha256:0123";
    private static readonly ImageResult Image = new("registry.example.com:5000/team/api", "1.4.2", "sha256:0123", "");
    private static readonly Release Release = new() { Environment = "test", Key = "k", Version = "1.4.2", Commit = "c", StartedBy = "me", Number = 7 };

    [Theory]
    [InlineData("team/api", Digest)]
    [InlineData("team/api:1.0", Digest)]
    [InlineData("team/api:1.0@sha256:ffff", Digest)]
    [InlineData("other.example.com/team/api:2", Digest)]
    [InlineData("localhost:5000/team/api", Digest)]
    [InlineData("team/api-worker", "team/api-worker")]
    [InlineData("steam/api", "steam/api")]
    [InlineData("team/api/sidecar:1", "team/api/sidecar:1")]
    [InlineData("redis:7", "redis:7")]
    public void An_image_is_replaced_where_the_repository_is_the_released_one(string named, string expected)
    {
        var manifest = Deployment($"{{name: api, image: '{named}'}}");

        var count = ManifestSet.SetImage(manifest, "team/api", Digest);

        Assert.Equal(expected == Digest ? 1 : 0, count);
        Assert.Equal(expected, Assert.Single(PodTemplate.Containers(manifest)).Text("image"));
    }

    [Fact]
    public void Init_containers_and_cron_jobs_get_the_image_too()
    {
        var set = Complete("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec: {template: {spec: {initContainers: [{name: wait, image: team/api}], containers: [{name: api, image: team/api}]}}}
            ---
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: nightly}
            spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: clean, image: team/api}]}}}}}
            """);

        Assert.Equal([Digest, Digest, Digest], set.Objects.SelectMany(PodTemplate.Containers).Select(c => c.Text("image")));
    }

    [Fact]
    public void A_repository_that_no_container_has_is_refused()
    {
        var error = Assert.Throws<UsageException>(() => Complete(Deployment("{name: api, image: redis}").ToJsonString()));

        Assert.Equal("No container in 'k8s' has the image 'team/api', so the new image would not run anywhere. Check --image-repository.", error.Message);
    }

    [Fact]
    public void A_config_map_is_named_after_its_content_wherever_it_is_referred_to()
    {
        var set = Complete("""
            {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LOG_LEVEL: info}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec:
              template:
                spec:
                  initContainers:
                    - name: wait
                      image: busybox
                      env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: LOG_LEVEL}}}, {name: B, valueFrom: {configMapKeyRef: {name: foreign, key: b}}}]
                  containers:
                    - name: api
                      image: team/api
                      envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: settings}}]
                  volumes:
                    - {name: a, configMap: {name: settings}}
                    - {name: b, projected: {sources: [{configMap: {name: settings}}, {secret: {name: settings}}]}}
            ---
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: nightly}
            spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: clean, image: team/api, envFrom: [{configMapRef: {name: settings}}]}] } } } } }
            """);

        var name = set.Objects.Single(o => o.Kind() == "ConfigMap").Name();
        Assert.Matches("^settings-[0-9a-f]{10}$", name);
        var references = set.Objects.SelectMany(PodTemplate.ConfigMapReferences).Select(r => (string?)r.Owner[r.Field]).ToList();
        Assert.Equal([name, name, name, name, name, "foreign"], references.OrderBy(r => r == "foreign"));
        var text = set.Objects.Single(o => o.Kind() == "Deployment").ToJsonString();
        Assert.Contains("""{"secretRef":{"name":"settings"}}""", text, StringComparison.Ordinal);
        Assert.Contains("""{"secret":{"name":"settings"}}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_changes_with_the_content_alone()
    {
        string NameOf(string config) => Complete($"{config}\n---\n{Deployment("{name: api, image: team/api, envFrom: [{configMapRef: {name: settings}}]}").ToJsonString()}").Objects[0].Name();

        Assert.Equal(NameOf(Config("LOG_LEVEL: info")), NameOf(Config("LOG_LEVEL: info").Replace("name: settings", "name: settings, labels: {a: b}", StringComparison.Ordinal)));
        Assert.NotEqual(NameOf(Config("LOG_LEVEL: info")), NameOf(Config("LOG_LEVEL: debug")));
    }

    [Fact]
    public void A_config_map_that_no_pod_refers_to_keeps_its_name()
    {
        var set = Complete($"{Config("LOG_LEVEL: info")}\n---\n{Deployment("{name: api, image: team/api}").ToJsonString()}");

        Assert.Equal("settings", set.Objects[0].Name());
    }

    [Fact]
    public void What_others_need_comes_first()
    {
        string[] kinds = ["Ingress", "Deployment", "HorizontalPodAutoscaler", "Service", "ConfigMap", "ServiceAccount", "RoleBinding", "Role", "Secret"];
        var text = string.Join("\n---\n", kinds.Select(k => k == "Deployment" ? Deployment("{name: api, image: team/api}").ToJsonString() : $"{{apiVersion: v1, kind: {k}, metadata: {{name: x}}}}"));

        Assert.Equal(
            ["ServiceAccount", "Role", "RoleBinding", "ConfigMap", "Secret", "Service", "Deployment", "HorizontalPodAutoscaler", "Ingress"],
            Complete(text).Objects.Select(o => o.Kind()));
    }

    [Fact]
    public void Everything_is_marked_and_workloads_say_which_release_changed_them()
    {
        var set = Complete($"{Config("A: b")}\n---\n{Deployment("{name: api, image: team/api}").ToJsonString()}");

        Assert.All(set.Objects, o => Assert.Equal("test", o.Text("metadata", "labels", "pipeline/applied")));
        Assert.Equal("release 7: 1.4.2", set.Objects[1].At("metadata", "annotations").Text("kubernetes.io/change-cause"));
        Assert.Null(set.Objects[0].At("metadata", "annotations"));
        // A mark in the pod's template would restart every pod.
        Assert.Null(set.Objects[1].At("spec", "template", "metadata"));
    }

    private static ManifestSet Complete(string yaml) =>
        ManifestSet.Of(YamlManifest.Parse(yaml, "k8s/all.yaml"), new ManifestOptions { ManifestFolder = "k8s", ImageRepository = "team/api" }, Release, Image);

    private static string Config(string data) => $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: settings}}, data: {{{data}}}}}";

    private static JsonObject Deployment(string container) =>
        YamlManifest.Parse($"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: api}}, spec: {{template: {{spec: {{containers: [{container}]}}}}}}}}", "x.yaml").Single();
}

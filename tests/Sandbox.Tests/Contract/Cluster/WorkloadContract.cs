using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Sandbox.Tests.Contract.Cluster;

/// <summary>What controllers write of rollouts and jobs. No image is pulled, so that any cluster can be asked.</summary>
public abstract class WorkloadContract(ContractCluster cluster) : ContractTests(cluster)
{
    [SkippableFact]
    public async Task A_rollout_that_gets_nowhere_progresses_until_its_deadline_and_is_never_available()
    {
        var manifest = Deployment("stuck", replicas: 1);
        manifest.At("spec")!["progressDeadlineSeconds"] = 6;
        await ApplyAsync(Resource.Deployments, manifest, "tester");

        var seen = await FollowAsync(Resource.Deployments, "stuck", d => d.Condition("Progressing").Text("status") == "False");

        var reasons = seen.Select(d => d.Condition("Progressing").Text("reason")).OfType<string>().Distinct().ToList();
        Assert.Contains(reasons[0], (string[])["NewReplicaSetCreated", "ReplicaSetUpdated"]);
        Assert.Equal("ProgressDeadlineExceeded", reasons[^1]);
        Assert.Matches("^ReplicaSet \"stuck-[a-z0-9]+\" has timed out progressing\\.$", seen[^1].Condition("Progressing").Text("message")!);
        Assert.Equal(
            ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
            (seen[^1].Condition("Available").Text("status"), seen[^1].Condition("Available").Text("reason"), seen[^1].Condition("Available").Text("message")));
    }

    [SkippableFact]
    public async Task A_changed_template_is_the_next_revision_with_a_replica_set_of_its_own()
    {
        var manifest = Deployment("empty");
        await ApplyAsync(Resource.Deployments, manifest, "tester");
        await FollowAsync(Resource.Deployments, "empty", d => IsRolledOut(d, "1"));
        manifest.At("spec", "template", "metadata", "labels")!["version"] = "2";
        await ApplyAsync(Resource.Deployments, manifest, "tester");
        var done = (await FollowAsync(Resource.Deployments, "empty", d => IsRolledOut(d, "2")))[^1];

        Assert.Equal("NewReplicaSetAvailable", done.Condition("Progressing").Text("reason"));
        Assert.Matches("^ReplicaSet \"empty-[a-z0-9]+\" has successfully progressed\\.$", done.Condition("Progressing").Text("message")!);
        Assert.Equal("True", done.Condition("Available").Text("status"));
        var sets = await Connection.ListAsync(Resource.ReplicaSets, "app=empty", default);
        Assert.Equal(["1", "2"], sets.Select(s => s.Text("metadata", "annotations", "deployment.kubernetes.io/revision")).Order());
    }

    [SkippableFact]
    public async Task A_job_that_outlasts_its_deadline_has_failed()
    {
        await Connection.CreateAsync(Resource.Jobs, (JsonObject)JsonNode.Parse("""
            {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "late"}, "spec": {"activeDeadlineSeconds": 1, "backoffLimit": 0,
             "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "late", "image": "example.invalid/job:1"}]}}}}
            """)!, default);

        var failed = (await FollowAsync(Resource.Jobs, "late", j => j.Condition("Failed").Text("status") == "True"))[^1];

        Assert.Equal(("DeadlineExceeded", "Job was active longer than specified deadline"), (failed.Condition("Failed").Text("reason"), failed.Condition("Failed").Text("message")));
        Assert.Equal(0, failed.Number("status", "active"));
    }

    private static bool IsRolledOut(JsonObject deployment, string revision) =>
        deployment.Text("metadata", "annotations", "deployment.kubernetes.io/revision") == revision
        && deployment.Text("status", "observedGeneration") == deployment.Text("metadata", "generation")
        && deployment.Condition("Progressing").Text("reason") == "NewReplicaSetAvailable";

    // Every state that a watch shows, up to the one that is waited for.
    private async Task<List<JsonObject>> FollowAsync(Resource resource, string name, Func<JsonObject, bool> isEnd)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var seen = new List<JsonObject>();
        await foreach (var change in new ClusterWatch(Connection, TimeProvider.System).FollowAsync(resource, $"fieldSelector=metadata.name%3D{name}", limit.Token))
        {
            seen.AddRange(change.Objects);
            if (seen.Count > 0 && isEnd(seen[^1]))
                break;
        }

        return seen;
    }
}

public sealed class SandboxWorkloads(SandboxWithNodes cluster) : WorkloadContract(cluster), IClassFixture<SandboxWithNodes>;

public sealed class TestbedWorkloads(TestbedCluster cluster) : WorkloadContract(cluster), IClassFixture<TestbedCluster>;

using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Sandbox.Tests.Controllers;

public sealed class DeploymentTests : IDisposable
{
    private readonly ControllerBed bed = new();

    public void Dispose() => bed.Dispose();

    [Theory]
    [InlineData(4, "25%", "25%", 1, 1)]
    [InlineData(3, "25%", "25%", 1, 0)]
    [InlineData(10, "30%", "35%", 3, 3)]
    [InlineData(5, "0", "0", 0, 1)]
    [InlineData(5, "0%", "10%", 0, 1)]
    [InlineData(2, "1", "5", 1, 2)]
    public void Surge_is_rounded_up_and_unavailability_down(int replicas, string surge, string unavailable, long expectedSurge, long expectedUnavailable)
    {
        var deployment = new JsonObject
        {
            ["spec"] = new JsonObject { ["replicas"] = replicas, ["strategy"] = new JsonObject { ["rollingUpdate"] = new JsonObject { ["maxSurge"] = surge, ["maxUnavailable"] = unavailable } } },
        };

        Assert.Equal(new RollingUpdate(expectedSurge, expectedUnavailable), RollingUpdate.Of(deployment));
    }

    [Fact]
    public void A_first_rollout_ends_with_the_conditions_of_the_real_one()
    {
        bed.CreateDeployment(3);
        bed.Settle();
        Assert.Equal("ReplicaSetUpdated", bed.Deployment.Condition("Progressing").Text("reason"));
        Assert.Equal(("False", "MinimumReplicasUnavailable"), StatusOf("Available"));

        bed.RollOut();

        var set = Assert.Single(bed.Sets);
        Assert.Equal(("True", "NewReplicaSetAvailable"), StatusOf("Progressing"));
        Assert.Equal($"ReplicaSet \"{set.Name()}\" has successfully progressed.", bed.Deployment.Condition("Progressing").Text("message"));
        Assert.Equal(("True", "MinimumReplicasAvailable"), StatusOf("Available"));
        Assert.Equal("1", bed.Deployment.At("metadata", "annotations").Text(ReplicaSets.Revision));
        Assert.Equal((3, 1), (bed.Deployment.Number("status", "availableReplicas"), bed.Deployment.Number("status", "observedGeneration")));
        Assert.Contains($"ScalingReplicaSet: Scaled up replica set {set.Name()} to 3", bed.Events);
        Assert.Equal(set.At("metadata", "labels").Text(TemplateHash.Label), bed.Pods[0].At("metadata", "labels").Text(TemplateHash.Label));
        Assert.Equal($"web-{set.At("metadata", "labels").Text(TemplateHash.Label)}", set.Name());
    }

    [Fact]
    public void A_rolling_update_never_leaves_its_limits()
    {
        bed.CreateDeployment(5, ""","strategy":{"rollingUpdate":{"maxSurge":2,"maxUnavailable":1}}""");
        bed.RollOut();
        bed.SetImage("two");

        for (var round = 0; round < 60; round++)
        {
            bed.Settle();
            Assert.InRange(bed.Pods.Count, 4, 7);
            Assert.True(bed.Pods.Count(p => p.IsReady()) >= 4, "fewer than replicas - maxUnavailable serve");
            bed.MakeReady(bed.Pods.Where(p => !p.IsReady()).Take(1));
            bed.EndTerminating();
        }

        Assert.All(bed.Pods, p => Assert.Equal("two", p.Items("spec", "containers").First().Text("image")));
        Assert.Equal(5, bed.Pods.Count);
        Assert.Equal("NewReplicaSetAvailable", bed.Deployment.Condition("Progressing").Text("reason"));
    }

    [Fact]
    public void A_new_template_that_never_serves_leaves_the_old_pods_alone()
    {
        bed.CreateDeployment(3, ""","strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}""");
        bed.RollOut();
        bed.SetImage("broken");
        bed.Settle();

        bed.Time.Advance(TimeSpan.FromSeconds(602));
        bed.Settle();

        Assert.Equal(3, bed.Pods.Count(p => p.IsReady()));
        Assert.Equal(4, bed.Pods.Count);
        Assert.Equal(("False", "ProgressDeadlineExceeded"), StatusOf("Progressing"));
        Assert.EndsWith("has timed out progressing.", bed.Deployment.Condition("Progressing").Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public void Going_back_uses_the_old_set_with_a_new_revision()
    {
        bed.CreateDeployment(2);
        bed.RollOut();
        var first = bed.Sets[0].Name();
        bed.SetImage("two");
        bed.RollOut();
        bed.SetImage("one");
        bed.RollOut();

        Assert.Equal(2, bed.Sets.Count);
        Assert.Equal(first, bed.Sets[1].Name());
        Assert.Equal("3", bed.Deployment.At("metadata", "annotations").Text(ReplicaSets.Revision));
        Assert.Equal("1", bed.Sets[1].At("metadata", "annotations").Text("deployment.kubernetes.io/revision-history"));
    }

    [Fact]
    public void Recreate_ends_every_old_pod_before_it_starts_a_new_one()
    {
        bed.CreateDeployment(3, ""","strategy":{"type":"Recreate"}""");
        bed.RollOut();
        bed.SetImage("two");
        bed.Settle();
        Assert.Empty(bed.Pods);

        bed.EndTerminating();
        bed.Settle();

        Assert.Equal(3, bed.Pods.Count(p => p.Items("spec", "containers").First().Text("image") == "two"));
    }

    [Fact]
    public void A_paused_deployment_changes_no_pod_until_it_is_resumed()
    {
        bed.CreateDeployment(2);
        bed.RollOut();
        bed.ChangeSpec("paused", true);
        bed.SetImage("two");
        bed.RollOut();
        Assert.Single(bed.Sets);
        Assert.Equal(("Unknown", "DeploymentPaused"), StatusOf("Progressing"));

        bed.ChangeSpec("paused", false);
        bed.RollOut();

        Assert.Equal(2, bed.Sets.Count);
        Assert.Equal(("True", "NewReplicaSetAvailable"), StatusOf("Progressing"));
    }

    [Fact]
    public void History_keeps_no_more_than_its_limit()
    {
        bed.CreateDeployment(1, ""","revisionHistoryLimit":2""");
        foreach (var image in (string[])["a", "b", "c", "d", "e"])
        {
            bed.SetImage(image);
            bed.RollOut();
        }

        Assert.Equal(3, bed.Sets.Count);
    }

    [Fact]
    public void Another_number_of_pods_is_no_rollout()
    {
        bed.CreateDeployment(2);
        bed.RollOut();

        bed.ChangeSpec("replicas", 5);
        bed.RollOut();

        Assert.Equal(5, bed.Pods.Count);
        Assert.Equal("1", bed.Deployment.At("metadata", "annotations").Text(ReplicaSets.Revision));
        Assert.Equal("5", Assert.Single(bed.Sets).At("metadata", "annotations").Text("deployment.kubernetes.io/desired-replicas"));
    }

    [Fact]
    public void Scaling_in_mid_rollout_shares_the_change()
    {
        bed.CreateDeployment(10, ""","strategy":{"rollingUpdate":{"maxSurge":2,"maxUnavailable":0}}""");
        bed.RollOut();
        bed.SetImage("two");
        bed.Settle();
        Assert.Equal([10, 2], bed.Sets.Select(s => Scale.Wanted(s)));

        bed.ChangeSpec("replicas", 20);
        bed.Settle();

        Assert.Equal([18, 4], bed.Sets.Select(s => Scale.Wanted(s)));
    }

    private (string? Status, string? Reason) StatusOf(string condition) =>
        (bed.Deployment.Condition(condition).Text("status"), bed.Deployment.Condition(condition).Text("reason"));
}

using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Sandbox.Tests.Controllers;

public sealed class OwnershipTests : IDisposable
{
    private readonly ControllerBed bed = new();

    public void Dispose() => bed.Dispose();

    [Fact]
    public void What_a_deleted_deployment_made_goes_with_it()
    {
        bed.CreateDeployment(2);
        bed.RollOut();

        bed.Writer.Delete(bed.Store.Find(ResourceKind.Deployments, ControllerBed.Space, "web")!, bed.Time);
        bed.Settle();
        bed.EndTerminating();

        Assert.Empty(bed.Sets);
        Assert.Empty(bed.Store.List(ResourceKind.Pods).Items);
    }

    [Fact]
    public void A_foreground_deletion_keeps_the_owner_until_its_pods_are_gone()
    {
        bed.CreateDeployment(2);
        bed.RollOut();

        bed.Writer.Delete(bed.Store.Find(ResourceKind.Deployments, ControllerBed.Space, "web")!, bed.Time, isForeground: true);
        bed.Settle();
        Assert.NotNull(bed.Store.Find(ResourceKind.Deployments, ControllerBed.Space, "web"));
        Assert.Equal(2, bed.Store.List(ResourceKind.Pods).Items.Count);
        bed.EndTerminating();
        bed.Settle();

        Assert.Null(bed.Store.Find(ResourceKind.Deployments, ControllerBed.Space, "web"));
    }

    [Fact]
    public void Orphans_stay_and_are_adopted_by_the_next_of_the_same_selector()
    {
        bed.CreateDeployment(2);
        bed.RollOut();
        var pods = bed.Pods.Select(p => p.Name()).ToList();
        bed.Writer.Update(ResourceKind.Deployments, ControllerBed.Space, "web", d =>
        {
            d.At("metadata")!["deletionTimestamp"] = bed.Writer.Now();
            d.At("metadata")!["finalizers"] = new JsonArray(Deletion.Orphan);
        });
        bed.Settle();
        Assert.Null(bed.Store.Find(ResourceKind.Deployments, ControllerBed.Space, "web"));
        Assert.Null(bed.Sets[0].At("metadata")!["ownerReferences"]);

        bed.CreateDeployment(2);
        bed.RollOut();

        Assert.Equal(pods, bed.Pods.Select(p => p.Name()));
        Assert.Single(bed.Sets);
    }

    [Fact]
    public void A_surplus_of_pods_costs_the_unready_first()
    {
        bed.CreateDeployment(3);
        bed.Settle();
        var serving = bed.Pods.Take(2).Select(p => p.Name()).ToList();
        bed.MakeReady(bed.Pods.Take(2));

        bed.ChangeSpec("replicas", 2);
        bed.Settle();

        Assert.Equal(serving, bed.Pods.Select(p => p.Name()));
    }

    [Fact]
    public void Endpoints_hold_ready_pods_by_the_number_of_the_named_port()
    {
        bed.Create(ResourceKind.Services, """{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":"http"}]}}""");
        bed.CreateDeployment(2);
        bed.Settle();
        bed.SetStatus(bed.Pods[0], """{"phase":"Running","podIP":"10.244.0.2"}""");
        bed.MakeReady([bed.Pods[1]]);
        bed.Settle();

        var subset = Assert.Single(bed.Store.Find(ResourceKind.Endpoints, ControllerBed.Space, "web")!.Content.Items("subsets"));
        Assert.Equal("10.244.0.9", Assert.Single(subset.Items("addresses")).Text("ip"));
        Assert.Equal("10.244.0.2", Assert.Single(subset.Items("notReadyAddresses")).Text("ip"));
        Assert.Equal(("http", 8080), (subset.Items("ports").Single().Text("name"), subset.Items("ports").Single().Number("port")));
    }

    [Fact]
    public void A_namespace_goes_when_it_is_empty()
    {
        bed.Writer.Create(ResourceKind.Namespaces, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = ControllerBed.Space } });
        bed.CreateDeployment(1);
        bed.RollOut();
        bed.Writer.Update(ResourceKind.Namespaces, null, ControllerBed.Space, n => n.At("metadata")!["deletionTimestamp"] = bed.Writer.Now());

        bed.Settle();
        Assert.NotNull(bed.Store.Find(ResourceKind.Namespaces, null, ControllerBed.Space));
        bed.EndTerminating();
        bed.Settle();

        Assert.Null(bed.Store.Find(ResourceKind.Namespaces, null, ControllerBed.Space));
        Assert.Empty(bed.Store.List(ResourceKind.Events).Items);
    }

    [Fact]
    public void Events_repeat_by_count_and_go_after_an_hour()
    {
        bed.CreateDeployment(1);
        bed.Settle();
        var about = bed.Store.Find(ResourceKind.Deployments, ControllerBed.Space, "web")!;
        var recorder = new EventRecorder(bed.Writer, "test");
        recorder.Warning(about, "Unhealthy", "again");
        recorder.Warning(about, "Unhealthy", "again");
        var repeated = Assert.Single(bed.Store.List(ResourceKind.Events).Items, e => e.Content.Text("reason") == "Unhealthy");
        Assert.Equal(2, repeated.Content.Number("count"));

        bed.Time.Advance(TimeSpan.FromHours(1));
        bed.Settle();

        Assert.Empty(bed.Store.List(ResourceKind.Events).Items);
    }

    [Fact]
    public void A_refused_pod_shows_at_the_set_and_at_the_deployment()
    {
        bed.CreateDeployment(1);
        bed.Settle();
        var set = bed.Store.List(ResourceKind.ReplicaSets).Items.Single();
        bed.Writer.Update(set.Kind, set.Namespace, set.Name, s => Conditions.Set(s.At("status")!,
            new JsonObject { ["type"] = "ReplicaFailure", ["status"] = "True", ["reason"] = "FailedCreate", ["message"] = new ApiException(HttpStatusCode.Forbidden, "Forbidden", "exceeded quota: q").Message }, bed.Writer.Now()));

        new DeploymentController(bed.Store, bed.Writer, bed.Time).Reconcile(new ObjectKey(ResourceKind.Deployments, ControllerBed.Space, "web"));

        Assert.Equal(("FailedCreate", "exceeded quota: q"), (bed.Deployment.Condition("ReplicaFailure").Text("reason"), bed.Deployment.Condition("ReplicaFailure").Text("message")));
        bed.Settle();
        Assert.Null(bed.Deployment.Condition("ReplicaFailure"));
    }
}

using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Sandbox.Tests.Controllers;

public sealed class JobTests : IDisposable
{
    private const string Succeeded = """{"phase":"Succeeded"}""";
    private const string Failed = """{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"finishedAt":"NOW","exitCode":1}}}]}""";
    private readonly ControllerBed bed = new();

    private JsonObject Job => bed.Store.Find(ResourceKind.Jobs, ControllerBed.Space, "migrate")!.Content;

    public void Dispose() => bed.Dispose();

    [Fact]
    public void A_pod_that_ends_well_completes_the_job()
    {
        Create("");
        Assert.Equal(1, Job.Number("status", "active"));
        Assert.Equal("migrate", bed.Pods[0].At("metadata", "labels").Text("job-name"));

        bed.SetStatus(bed.Pods[0], Succeeded);
        bed.Settle();

        Assert.Equal("True", Job.Condition("Complete").Text("status"));
        Assert.NotNull(Job.Text("status", "completionTime"));
        Assert.Equal((1, 0), (Job.Number("status", "succeeded"), Job.Number("status", "active")));
        Assert.Contains("Completed: Job completed", bed.Events);
    }

    [Fact]
    public void Without_retries_one_failure_is_the_end()
    {
        Create(""","backoffLimit":0""");

        bed.SetStatus(bed.Pods[0], Failed);
        bed.Settle();

        Assert.Equal("BackoffLimitExceeded", Job.Condition("Failed").Text("reason"));
        Assert.Equal("Job has reached the specified backoff limit", Job.Condition("Failed").Text("message"));
        Assert.Empty(bed.Pods);
    }

    [Fact]
    public void A_retry_waits_longer_each_time()
    {
        Create(""","backoffLimit":2""");
        bed.SetStatus(bed.Pods[0], Failed);
        bed.Settle();
        Assert.Empty(bed.Pods);
        bed.Time.Advance(TimeSpan.FromSeconds(10));
        bed.Settle();
        bed.SetStatus(Assert.Single(bed.Pods), Failed);
        bed.Time.Advance(TimeSpan.FromSeconds(10));
        bed.Settle();
        Assert.Empty(bed.Pods);

        bed.Time.Advance(TimeSpan.FromSeconds(10));
        bed.Settle();

        Assert.Single(bed.Pods);
    }

    [Fact]
    public void A_deadline_ends_the_pods_and_the_job()
    {
        Create(""","activeDeadlineSeconds":30""");

        bed.Time.Advance(TimeSpan.FromSeconds(30));
        bed.Settle();

        Assert.Equal("DeadlineExceeded", Job.Condition("Failed").Text("reason"));
        Assert.Empty(bed.Pods);
    }

    [Fact]
    public void Completions_are_worked_off_side_by_side()
    {
        Create(""","parallelism":2,"completions":3""");
        Assert.Equal(2, bed.Pods.Count);

        bed.SetStatus(bed.Pods[0], Succeeded);
        bed.SetStatus(bed.Pods[0], Succeeded);
        bed.Settle();
        bed.SetStatus(Assert.Single(bed.Pods), Succeeded);
        bed.Settle();

        Assert.Equal("True", Job.Condition("Complete").Text("status"));
    }

    [Fact]
    public void A_job_that_is_deleted_in_the_foreground_stays_until_its_pod_has_ended_and_makes_no_other()
    {
        Create("");
        bed.SetStatus(bed.Pods[0], """{"phase":"Running"}""");

        bed.Writer.Delete(bed.Store.Find(ResourceKind.Jobs, ControllerBed.Space, "migrate")!, bed.Time, isForeground: true);
        bed.Settle();
        Assert.NotNull(Job.Text("metadata", "deletionTimestamp"));
        Assert.Single(bed.Store.List(ResourceKind.Pods).Items);
        bed.EndTerminating();
        bed.Settle();

        Assert.Null(bed.Store.Find(ResourceKind.Jobs, ControllerBed.Space, "migrate"));
        Assert.Empty(bed.Store.List(ResourceKind.Pods).Items);
    }

    [Fact]
    public void A_finished_job_and_its_pods_go_after_their_time()
    {
        Create(""","ttlSecondsAfterFinished":60""");
        bed.SetStatus(bed.Pods[0], Succeeded);
        bed.Settle();

        bed.Time.Advance(TimeSpan.FromSeconds(60));
        bed.Settle();

        Assert.Null(bed.Store.Find(ResourceKind.Jobs, ControllerBed.Space, "migrate"));
        Assert.Empty(bed.Store.List(ResourceKind.Pods).Items);
    }

    private void Create(string more)
    {
        bed.Create(ResourceKind.Jobs, $$$$$"""
            {"metadata":{"name":"migrate"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"migrate","image":"one"}]}}{{{{{more}}}}}}}
            """);
        bed.Settle();
    }
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;
using Pipeline.Sandbox.Faults;

namespace Sandbox.Tests.Nodes;

public sealed class FaultTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("image-not-found", "not found")]
    [InlineData("pull-denied", "pull access denied")]
    [InlineData("registry-429-pull", "toomanyrequests")]
    public async Task A_pull_fails_as_registries_fail(string fault, string message)
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.Faults.On(new Fault(fault));

        bed.CreateApi(1, "registry/api:1");

        await bed.UntilAsync(() => bed.Pods.Any(p => bed.Waiting(p.Name()).Text("reason") == "ErrImagePull"));
        Assert.Contains(message, bed.Waiting(bed.Pods[0].Name()).Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_had_too_many_requests_answers_the_third()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.Faults.On(new Fault("registry-429-pull"));
        bed.CreateApi(1, "registry/api:1");

        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"), eachTime: () => time.Advance(TimeSpan.FromMilliseconds(200)));

        Assert.Contains(bed.Store.List(ResourceKind.Events).Items, e => e.Content.Text("reason") == "Pulling" && e.Content.Number("count") == 3);
    }

    [Fact]
    public async Task A_late_secret_heals()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.Writer.Create(ResourceKind.Secrets, NodeBed.Space, new() { ["metadata"] = new JsonObject { ["name"] = "db" } });
        bed.Faults.On(new Fault("secret-late"));
        bed.CreateApi(1, "registry/api:1", ""","envFrom":[{"secretRef":{"name":"db"}}]""");
        await bed.UntilAsync(() => bed.Pods.Any(p => bed.Waiting(p.Name()).Text("reason") == "CreateContainerConfigError"));

        time.Advance(TimeSpan.FromSeconds(16));

        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"), eachTime: () => time.Advance(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task A_node_arrives_for_pods_that_fitted_nowhere()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.Faults.On(new Fault("node-arrives"));
        bed.CreateApi(1, "registry/api:1");
        await bed.UntilAsync(() => bed.Pods.Any(p => p.Condition("PodScheduled").Text("reason") == "Unschedulable"));

        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"), eachTime: () => time.Advance(TimeSpan.FromMilliseconds(200)));

        Assert.True(time.GetUtcNow() - time.Start >= TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_container_crashes_after_its_time()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.Faults.On(Fault.Parse("crash-after:30"));
        bed.CreateApi(1, "registry/api:1");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"), eachTime: () => time.Advance(TimeSpan.FromMilliseconds(50)));

        await bed.UntilAsync(() => bed.Pods[0].Restarts() > 0, eachTime: () => time.Advance(TimeSpan.FromMilliseconds(500)));

        Assert.Equal("1", bed.Status(bed.Pods[0].Name()).Text("lastState", "terminated", "exitCode"));
    }

    [Fact]
    public async Task Readiness_flaps_and_then_holds()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.Faults.On(Fault.Parse("readiness-flapping:2"));
        bed.CreateApi(1, "registry/api:1");
        var (isReady, changes, quiet) = (false, 0, 0);

        await bed.UntilAsync(() => quiet > 50, () => $"{changes} changes", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            var now = bed.Pods.Any(p => p.IsReady());
            (changes, quiet, isReady) = now == isReady ? (changes, now ? quiet + 1 : 0, now) : (changes + 1, 0, now);
        });

        Assert.Equal(5, changes);
    }

    [Fact]
    public async Task Pods_from_before_a_fault_do_not_meet_it()
    {
        await using var bed = await NodeBed.StartAsync(time);
        bed.CreateApi(1, "registry/api:1");
        await bed.UntilAsync(() => bed.IsRolledOut("registry/api:1"), eachTime: () => time.Advance(TimeSpan.FromMilliseconds(50)));

        bed.Faults.On(new Fault("never-ready"));
        for (var second = 0; second < 10; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }

        Assert.True(bed.Pods[0].IsReady());
    }
}

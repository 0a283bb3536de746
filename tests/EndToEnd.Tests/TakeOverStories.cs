using System.Net.Http.Json;
using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

public abstract class TakeOverStories : Story
{
    private const string Revision = "e90bb1d2c3f4";
    private readonly Place place;

    private protected TakeOverStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task In_an_incident_a_rollback_ends_the_run_at_work_and_its_migration()
    {
        await using var product = await ProductAsync(place);
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        Skip.IfNot(product.HasDatabase, "There is no PostgreSQL, so nothing is migrated.");
        var image = await product.Cluster.ImageAsync();
        await HangAsync(product);
        var deploying = product.Checkout.BuildAsync("Deploy", "--allow-breaking", Revision);
        await AtWorkAsync(product, deploying);

        using var clone = await product.Checkout.CloneAsync();
        (await clone.BuildAsync("Rollback", "--assume-yes")).Ended(4).Says("Another run holds the deploy lock").Says("for Deploy of 1.1.0, since 20");
        (await clone.BuildAsync("Rollback", "--assume-yes", "--take-over", "--reason", "the site is down")).Ended(0).Says("ended before its end");
        (await deploying).Ended(130).Says("to release 1: the site is down");

        // Pods that have ended, and what owns them, may still be listed for a moment.
        for (var waited = 0; waited < 60 && (await JobsAsync(product)).Contains("-2-upgrade", StringComparison.Ordinal); waited++)
            await Task.Delay(1000);
        Assert.DoesNotContain("-2-upgrade", await JobsAsync(product), StringComparison.Ordinal);
        Assert.Equal("", await product.Kubectl.RunAsync("get", "pods", "--selector", "job-name", "--field-selector", "status.phase=Running", "--output", "name"));
        Assert.Equal("", await product.Kubectl.RunAsync("get", "lease", "pipeline-deploy", "--output", "jsonpath={.spec.holderIdentity}"));
        Assert.Equal(image, await product.Cluster.ImageAsync());
    }

    private static Task<string> JobsAsync(Product product) => product.Kubectl.RunAsync("get", "jobs", "--output", "name");

    // Where no alembic is installed, the sandbox's migrations do not run what stands in the file.
    private static async Task HangAsync(Product product)
    {
        await ReleaseWithARevisionAsync(product.Checkout, "1.1.0-draft", Revision, Head);
        product.Checkout.Edit(RevisionFile.Of(Revision), "def upgrade():\n", "def upgrade():\n    op.execute(\"select pg_sleep(600)\")\n");
        // Python as the first process of a container does not hear SIGTERM: all of the grace is waited for.
        product.Checkout.Edit("k8s/migration-job.yaml", "terminationGracePeriodSeconds: 120", "terminationGracePeriodSeconds: 10");
        await product.Checkout.ReleaseAsync("1.1.0");
        if (product is not SandboxProduct sandbox)
            return;
        using var control = new HttpClient();
        (await control.PutAsJsonAsync($"{sandbox.Endpoint.Control}/faults", (string[])["migration-hangs"])).EnsureSuccessStatusCode();
    }

    private static async Task AtWorkAsync(Product product, Task<Outcome> deploying)
    {
        while (await product.Kubectl.RunAsync("get", "pods", "--selector", "job-name", "--field-selector", "status.phase=Running", "--output", "name") is not { Length: > 0 } pods
            || !pods.Contains("-upgrade", StringComparison.Ordinal))
            if (await Task.WhenAny(deploying, Task.Delay(200)) == deploying)
                Assert.Fail($"The run was over before its migration was at work:\n{(await deploying).Output}");
    }
}

[Trait("Suite", "Long")]
public sealed class TakeOverStoriesOnTheTestBed() : TakeOverStories(Place.TestBed);

[Trait("Suite", "Long")]
public sealed class TakeOverStoriesInTheSandbox() : TakeOverStories(Place.Sandbox);

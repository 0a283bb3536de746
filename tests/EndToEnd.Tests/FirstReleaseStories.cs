using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

public abstract class FirstReleaseStories : Story
{
    private readonly Place place;

    private protected FirstReleaseStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task The_first_deploy_releases_everything_and_a_second_one_changes_nothing()
    {
        await using var product = await ProductAsync(place);
        var first = (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("Result: done, release 1 (1.0.0)")
            .Says(product.HasDatabase ? $"the schema: from (empty) to {Head}" : "no PostgreSQL on this machine");
        Assert.DoesNotContain("nothing changed", first.Output, StringComparison.Ordinal);
        var before = await product.Cluster.SnapshotAsync();
        var objects = await product.ObjectsAsync();

        (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("Result: done, nothing changed, release 1 (1.0.0)");
        using var clone = await product.Checkout.CloneAsync();
        (await clone.BuildAsync("Deploy")).Ended(0).Says("Result: done, nothing changed, release 1 (1.0.0)").Says("no pod restarted");

        Assert.Equal(before, await product.Cluster.SnapshotAsync());
        Assert.Equal(objects, await product.ObjectsAsync());
        (await clone.BuildAsync("Status")).Ended(0).Says("Live: release 1, version 1.0.0").Says("3 of 3 pods ready").Says("@sha256:");
    }
}

[Trait("Suite", "Long")]
public sealed class FirstReleaseStoriesOnTheTestBed() : FirstReleaseStories(Place.TestBed);

// The shortest of all: part of every test run.
public sealed class FirstReleaseStoriesInTheSandbox() : FirstReleaseStories(Place.Sandbox);

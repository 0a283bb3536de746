using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

public abstract class ReleaseStories : Story
{
    private readonly Place place;

    private protected ReleaseStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task A_new_release_and_its_rollback_lose_no_request()
    {
        await using var product = await ProductAsync(place);
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        var first = await product.Cluster.ImageAsync();
        await ReleaseWithARevisionAsync(product.Checkout, "1.1.0", "d21b7f30aa41", Head);

        (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("Result: done, release 2 (1.1.0)").Says("d21b7f30aa41");
        Assert.NotEqual(first, await product.Cluster.ImageAsync());
        using var clone = await product.Checkout.CloneAsync();
        (await clone.BuildAsync("Rollback", "--assume-yes", "--reason", "the story says so")).Ended(0).Says("Result: done");

        Assert.Equal(first, await product.Cluster.ImageAsync());
        var seen = product.Users.Seen;
        Assert.True(seen.PerSecond >= 15, $"only {seen.PerSecond:0} requests per second were sent");
        (await clone.BuildAsync("Status")).Ended(0).Says("version 1.0.0").Says("3 of 3 pods ready");
        (await clone.BuildAsync("History")).Ended(0).Says("1.1.0").Says("the story says so");
        (await clone.BuildAsync("Rollback", "--assume-yes", "--rollback-to", "1")).Ended(0).Says("nothing changed");
    }

    [SkippableFact]
    public async Task A_release_that_crashes_is_put_back_and_shows_why()
    {
        await using var product = await ProductAsync(place);
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        var (image, objects) = (await product.Cluster.ImageAsync(), await product.ObjectsAsync());
        await ReleaseThatCrashesAsync(product.Checkout, "1.2.0");

        (await product.Checkout.BuildAsync("Deploy")).Ended(3).Says("the settings file is missing").Says("Result: FAILED, and put back, release 2 (1.2.0)");

        Assert.Equal(image, await product.Cluster.ImageAsync());
        Assert.Equal(objects.Pages, (await product.ObjectsAsync()).Pages);
        (await product.Checkout.BuildAsync("Status")).Ended(0).Says("Live: release 1, version 1.0.0").Says("3 of 3 pods ready");
    }

    [SkippableFact]
    public async Task A_user_with_the_rights_in_setup_deploys_and_goes_back()
    {
        await using var product = await ProductAsync(place);
        (await product.Checkout.BuildAsync("Preflight")).Ended(0);
        await product.LetDeployAsync();
        (await product.Checkout.BuildAsync("Deploy", "--kube-context", "deployer")).Ended(0).Says("not checked").Says("release 1 (1.0.0)");
        await ReleaseWithARevisionAsync(product.Checkout, "1.1.0", "d21b7f30aa41", Head);
        (await product.Checkout.BuildAsync("Deploy", "--kube-context", "deployer")).Ended(0).Says("release 2 (1.1.0)");

        (await product.Checkout.BuildAsync("Rollback", "--kube-context", "deployer", "--assume-yes", "--reason", "a try")).Ended(0).Says("pods run");
        (await product.Checkout.BuildAsync("Diagnose", "--kube-context", "deployer")).Ended(0);
    }
}

[Trait("Suite", "Long")]
public sealed class ReleaseStoriesOnTheTestBed() : ReleaseStories(Place.TestBed);

[Trait("Suite", "Long")]
public sealed class ReleaseStoriesInTheSandbox() : ReleaseStories(Place.Sandbox);

using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

public abstract class FoundStories : Story
{
    private readonly Place place;

    private protected FoundStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task What_was_made_by_hand_is_release_0_and_comes_back()
    {
        await using var product = await ProductAsync(place);
        var found = await HandMadeAsync(product);
        await product.Checkout.ReleaseAsync("1.1.0");

        (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("took over what was applied by hand").Says("Result: done, release 1 (1.1.0)");
        var released = await ByHand.WishesAsync(product);
        Assert.DoesNotContain("BY_HAND", released, StringComparison.Ordinal);
        Assert.DoesNotContain("\"made\":\"by-hand\"", released, StringComparison.Ordinal);
        Assert.Contains("<script", await product.PageAsync("index.html"), StringComparison.Ordinal);
        (await product.Checkout.BuildAsync("History")).Ended(0).Says("found").Says("►1");

        (await product.Checkout.BuildAsync("Rollback", "--assume-yes", "--reason", "as it was")).Ended(0).Says("Result: done");
        await IsAsFoundAsync(product, found);
        (await product.Checkout.BuildAsync("Rollback", "--assume-yes", "--rollback-to", "0")).Ended(0).Says("nothing changed");

        (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("Result: done, release 3 (1.1.0)");
        Assert.Equal(released.ReplaceLineEndings(), (await ByHand.WishesAsync(product)).Replace("release 3:", "release 1:", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_first_release_that_crashes_leaves_what_was_made_by_hand()
    {
        await using var product = await ProductAsync(place);
        var found = await HandMadeAsync(product);
        await ReleaseThatCrashesAsync(product.Checkout, "1.2.0");

        (await product.Checkout.BuildAsync("Deploy")).Ended(3).Says("Result: FAILED, and put back, release 1 (1.2.0)");

        await IsAsFoundAsync(product, found);
        (await product.Checkout.BuildAsync("History")).Ended(0).Says("►0").Says("put back");
    }

    private static async Task<string> HandMadeAsync(Product product)
    {
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        // Whoever works by hand takes pods and pages away before there are others.
        product.Users.Rest();
        await ByHand.MakeAsync(product);
        product.Users.Return();
        return await ByHand.WishesAsync(product);
    }

    private static async Task IsAsFoundAsync(Product product, string found)
    {
        Assert.Equal(found, await ByHand.WishesAsync(product));
        Assert.Equal("<html>by hand</html>", await product.PageAsync("index.html"));
        Assert.Equal("<html>nobody releases this</html>", await product.PageAsync("ours.html"));
    }
}

[Trait("Suite", "Long")]
public sealed class FoundStoriesOnTheTestBed() : FoundStories(Place.TestBed);

[Trait("Suite", "Long")]
public sealed class FoundStoriesInTheSandbox() : FoundStories(Place.Sandbox);

using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

public abstract class IncidentStories : Story
{
    // Nobody listens there.
    private const string Nowhere = "http://127.0.0.1:9";
    private readonly Place place;

    private protected IncidentStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task A_rollback_needs_neither_its_ReplicaSet_nor_sources_that_compile()
    {
        await using var product = await NewAsync();
        var first = await TwoReleasesAsync(product);
        foreach (var old in (await product.Kubectl.RunAsync("get", "replicasets", "--output", "jsonpath={.items[?(@.spec.replicas==0)].metadata.name}")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            await product.Kubectl.RunAsync("delete", "replicaset", old);
        product.Checkout.Write("src/Pipeline/Broken.cs", "this is no C#");

        (await product.Checkout.BuildAsync("Rollback", "--reason", "orders are lost")).Ended(0)
            .Says("running the last good one").Says("Back to  release 1 (1.0.0)").Says("pages (index.html, release.json) switched").Says("incident-3.html");

        Assert.Equal(first, await product.Cluster.ImageAsync());
        var report = product.Checkout.Read("artifacts/incident-3.md");
        foreach (var said in (string[])["release 1 (1.0.0) serves again", "orders are lost", "No probe failed", "diagnosis-", "the pages of release 1"])
            Assert.Contains(said, report, StringComparison.Ordinal);
        (await product.Checkout.BuildAsync("IncidentReport", "--incident-release", "2")).Ended(0).Says("users affected: No probe failed");
        Assert.Equal(report, product.Checkout.Read("artifacts/incident-3.md"));
    }

    [SkippableFact]
    public async Task While_the_store_is_out_of_reach_the_pods_go_back_and_the_pages_follow()
    {
        await using var product = await NewAsync();
        var first = await TwoReleasesAsync(product);

        (await product.Checkout.BuildAsync("Rollback", "--storage-endpoint", Nowhere)).Ended(5)
            .Says("- the pages are not back").Says(Nowhere).Says("- the API serves 1.0.0 again").Says("Run ./build.sh Rollback again").Says("NOT PUT BACK");
        Assert.Equal(first, await product.Cluster.ImageAsync());
        Assert.Contains("not back", product.Checkout.Read("artifacts/incident-3.html"), StringComparison.Ordinal);
        (await product.Checkout.BuildAsync("Rollback")).Ended(0).Says("switched to release 1").Says("already as release 1 left it").Says("Result: done");
    }

    [SkippableFact]
    public async Task A_release_that_is_put_back_leaves_a_report_of_what_was_seen()
    {
        await using var product = await NewAsync();
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        await ReleaseThatCrashesAsync(product.Checkout, "1.2.0");

        (await product.Checkout.BuildAsync(new Dictionary<string, string?> { ["PIPELINE_NOTICE_WEBHOOK"] = Nowhere + "/secret-hook" }, "Deploy")).Ended(3)
            .Says("incident-2.html").Says("the support's webhook (PIPELINE_NOTICE_WEBHOOK), which did not take a notice: it cannot be reached");

        foreach (var page in (string[])["artifacts/incident-2.md", "artifacts/incident-2.html"])
        {
            Assert.Contains("the settings file is missing", product.Checkout.Read(page), StringComparison.Ordinal);
            Assert.DoesNotContain("secret-hook", product.Checkout.Read(page), StringComparison.Ordinal);
        }
    }

    private protected Task<Product> NewAsync() => ProductAsync(place);

    /// <summary>Releases 1 and 2; the second has other pages and one revision more.</summary>
    /// <returns>The image of the first.</returns>
    private protected static async Task<string> TwoReleasesAsync(Product product)
    {
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        var first = await product.Cluster.ImageAsync();
        await ReleaseWithARevisionAsync(product.Checkout, "1.1.0", "d21b7f30aa41", Head);
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        return first;
    }
}

[Trait("Suite", "Long")]
public sealed class IncidentStoriesOnTheTestBed() : IncidentStories(Place.TestBed);

[Trait("Suite", "Long")]
public sealed class IncidentStoriesInTheSandbox() : IncidentStories(Place.Sandbox)
{
    [SkippableTheory]
    [InlineData("api-429:5", 0, "Result: done")]
    [InlineData("s3-down", 5, "- the pages are not back")]
    [InlineData("s3-slow", 0, "go on beside the pods")]
    [InlineData("registry-down+engine-down", 0, "switched to release 1")]
    [InlineData("invalidation-throttled:1000", 5, "- the CDN was not told to forget the newer pages")]
    public async Task A_rollback_goes_as_far_as_it_can_while_something_else_is_wrong(string faults, int exitCode, string says)
    {
        await using var product = (SandboxProduct)await NewAsync();
        var first = await TwoReleasesAsync(product);

        await product.SwitchAsync(faults.Split('+'));
        (await product.Checkout.BuildAsync("Rollback")).Ended(exitCode).Says(says);
        await product.SwitchAsync();
        Assert.Equal(first, await product.Cluster.ImageAsync());
        (await product.Checkout.BuildAsync("Rollback")).Ended(0);

        (await product.Checkout.BuildAsync("Status")).Ended(0).Says("Live: release 1, version 1.0.0");
    }
}

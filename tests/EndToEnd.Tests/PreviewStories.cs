using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

public abstract class PreviewStories : Story
{
    private const string Plan = ".nuke/temp/plan.json";
    private readonly Place place;

    private protected PreviewStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task A_preview_shows_what_a_deploy_then_does_and_changes_nothing()
    {
        await using var product = await ProductAsync(place);
        (await product.Checkout.BuildAsync("Preview")).Ended(10).Says("Release 1 (1.0.0)").Says($"(empty) → {Head}");
        (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("Result: done, release 1 (1.0.0)");
        (await product.Checkout.BuildAsync("Preview")).Ended(0).Says($"stays at {Head}").Says("3 of 3 objects stay as they are").Says("12 of 12 files are there already");

        product.Checkout.Edit("k8s/config.yaml", "LOG_LEVEL: info", "LOG_LEVEL: debug");
        await ReleaseWithARevisionAsync(product.Checkout, "1.1.0", "d21b7f30aa41", Head);
        var (cluster, objects) = (await product.Cluster.SnapshotAsync(), await product.ObjectsAsync());
        var preview = (await product.Checkout.BuildAsync("Preview", "--save", Plan)).Ended(10)
            .Says("Release 2 (1.1.0)").Says($"{Head} → d21b7f30aa41").Says("data.LOG_LEVEL: info → debug").Says("+ index.html").Says("1 of 3 objects stay as they are");
        if (place is Place.TestBed)
            preview.Says("CREATE TABLE notes_d21b7f30aa41");

        Assert.Equal(cluster, await product.Cluster.SnapshotAsync());
        Assert.Equal(objects, await product.ObjectsAsync());
        await product.Kubectl.RunAsync("label", "service", "dataset-management-api", "pipeline/applied-");
        (await product.Checkout.BuildAsync("Deploy", "--from-preview", Plan)).Ended(4).Says("it would now change Service/dataset-management-api");
        Assert.Equal(objects.Pages, (await product.ObjectsAsync()).Pages);
        (await product.Checkout.BuildAsync("Preview", "--save", Plan)).Ended(10);
        (await product.Checkout.BuildAsync("Deploy", "--from-preview", Plan)).Ended(0).Says("Result: done, release 2 (1.1.0)");
        (await product.Checkout.BuildAsync("Preview")).Ended(0);
    }
}

[Trait("Suite", "Long")]
public sealed class PreviewStoriesOnTheTestBed() : PreviewStories(Place.TestBed);

[Trait("Suite", "Long")]
public sealed class PreviewStoriesInTheSandbox() : PreviewStories(Place.Sandbox);

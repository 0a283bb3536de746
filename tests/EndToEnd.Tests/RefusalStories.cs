using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

public abstract class RefusalStories : Story
{
    private readonly Place place;

    private protected RefusalStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task What_is_wrong_is_said_in_one_sentence_and_nothing_changes()
    {
        await using var product = await ProductAsync(place);
        var build = product.Checkout;
        (await build.BuildAsync("Preflight")).Ended(0);
        var before = await product.Cluster.SnapshotAsync();

        (await build.BuildAsync("Deploy", "--cdn-timout", "1m")).Ended(2).Says("--cdn-timeout");
        (await build.BuildAsync("Deploy", "--rollout-timeout", "soon")).Ended(2).Says("--rollout-timeout");
        (await build.BuildAsync("Deploy", "--kube-config", "nowhere.yaml")).Ended(2).Says("nowhere.yaml");
        (await build.BuildAsync("Deploy", "--profile", "prodution")).Ended(2).Says("prodution");
        (await build.BuildAsync("Deploy", "--frontend-bucket", "not-there")).Ended(4).Says("not-there");
        (await build.BuildAsync("Deploy", "--docker-endpoint", "tcp://127.0.0.1:9")).Ended(4).Says("127.0.0.1:9");
        (await build.BuildAsync("Deploy", "--registry-url", "127.0.0.1:9/team")).Ended(4).Says("127.0.0.1:9");
        (await build.BuildAsync("Deploy", "--cluster-uid", "another")).Ended(4).Says("another");
        await product.Kubectl.RunAsync("delete", "secret", "db-credentials");
        (await build.BuildAsync("Deploy")).Ended(4).Says("db-credentials").Says("Nothing was changed");
        await product.MakeSecretAsync();
        build.Write(".nuke/parameters.broken.json", "{ \"RegistryUrl\": ");
        (await build.BuildAsync("Deploy", "--profile", "broken")).Ended(2).Says("parameters.broken.json");

        Assert.Equal(Names(before), Names(await product.Cluster.SnapshotAsync()));
        Assert.Equal((0, 0), await product.ObjectsAsync());
    }

    // The secret was made anew.
    private static IEnumerable<string> Names(IReadOnlyList<string> snapshot) => snapshot.Select(s => s.StartsWith("Secret/db", StringComparison.Ordinal) ? s.Split(' ')[0] : s);
}

[Trait("Suite", "Long")]
public sealed class RefusalStoriesOnTheTestBed() : RefusalStories(Place.TestBed)
{
    [SkippableFact]
    public async Task A_setting_that_is_missing_is_named()
    {
        await using var product = await ProductAsync(Place.TestBed);

        (await product.Checkout.BuildAsync("Deploy", "--registry-url", "")).Ended(2).Says("--registry-url");
    }
}

[Trait("Suite", "Long")]
public sealed class RefusalStoriesInTheSandbox() : RefusalStories(Place.Sandbox);

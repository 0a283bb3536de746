using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

public abstract class SchemaStories : Story
{
    private const string Revision = "5ca1ab1e0001";
    private const string Wider = "ALTER TABLE datasets ADD COLUMN note TEXT";
    private const string Narrower = "ALTER TABLE datasets DROP COLUMN note";
    // Breaking by the list of what older pods can live with, and harmless to the pods of every release in these stories.
    private const string Breaking = "ALTER TABLE datasets ALTER COLUMN description SET DEFAULT ''";
    private const string Mended = "ALTER TABLE datasets ALTER COLUMN description DROP DEFAULT";
    private readonly Place place;

    private protected SchemaStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task Older_pods_serve_on_a_compatible_schema_a_hotfix_deploys_on_it_and_it_goes_back_without_an_outage()
    {
        await using var product = await BegunAsync();
        var build = product.Checkout;
        await ReleaseWithSqlAsync(build, "1.1.0", Revision, Wider, Narrower);
        (await build.BuildAsync("Deploy")).Ended(0).Says($"{Revision} is compatible").Says("Result: done, release 2 (1.1.0)");

        (await build.BuildAsync("Rollback", "--assume-yes", "--reason", "the story says so")).Ended(0).Says($"the schema stays at revision {Revision}");
        await StandsAtAsync(product, "1.0.0", Revision);
        File.Delete(Path.Combine(build.Folder, RevisionFile.Of(Revision)));
        await build.ReleaseAsync("1.0.1");
        (await build.BuildAsync("Deploy")).Ended(0).Says($"at revision {Revision}, ahead of this code's {Head} by compatible revisions alone").Says("Result: done, release 4 (1.0.1)");
        await StandsAtAsync(product, "1.0.1", Revision);

        (await build.BuildAsync("Rollback", "--assume-yes", "--rollback-schema", "--rollback-to", "1")).Ended(0).Says($"back from {Revision} to {Head}, with the image of release 2");
        await StandsAtAsync(product, "1.0.0", Head);
        (await build.BuildAsync("Rollback", "--assume-yes", "--rollback-schema", "--rollback-to", "1")).Ended(0).Says("nothing changed");
    }

    [SkippableFact]
    public async Task A_breaking_revision_goes_forward_and_back_only_when_a_person_says_so()
    {
        await using var product = await BegunAsync();
        var build = product.Checkout;
        await ReleaseWithSqlAsync(build, "1.1.0", Revision, Breaking, Mended);
        if (place is Place.TestBed)
            (await build.BuildAsync("Preview")).Ended(10).Says($"{Revision} is BREAKING");
        (await build.BuildAsync("Deploy")).Ended(4).Says("ALTER COLUMN description SET DEFAULT").Says($"--allow-breaking {Revision}");
        await StandsAtAsync(product, "1.0.0", Head);
        (await build.BuildAsync("Deploy", "--allow-breaking", Revision)).Ended(0).Says("Result: done, release 2 (1.1.0)");
        var image = await product.Cluster.ImageAsync();

        (await build.BuildAsync("Rollback", "--assume-yes")).Ended(4).Says("./build.sh Rollback --rollback-schema").Says("pg_restore").Says("since is lost");
        Assert.Equal(image, await product.Cluster.ImageAsync());
        await StandsAtAsync(product, "1.1.0", Revision);

        product.Users.Rest();
        (await build.BuildAsync("Rollback", "--assume-yes", "--rollback-schema", "--rollback-schema-timeout", "1m")).Ended(0).Says("OUTAGE from").Says($"back from {Revision} to {Head}").Says("an outage of");
        await StandsAtAsync(product, "1.0.0", Head);
        (await build.BuildAsync("Status")).Ended(0).Says("3 of 3 pods ready");
    }

    [SkippableFact]
    public async Task A_downgrade_that_does_nothing_is_refused_and_the_pods_go_back_without_it()
    {
        await using var product = await BegunAsync();
        var build = product.Checkout;
        await ReleaseWithSqlAsync(build, "1.1.0", Revision, Wider, down: null);
        (await build.BuildAsync("Deploy")).Ended(0);

        (await build.BuildAsync("Rollback", "--assume-yes", "--rollback-schema")).Ended(4).Says($"does nothing for {Revision}").Says("Nothing was changed");
        await StandsAtAsync(product, "1.1.0", Revision);

        (await build.BuildAsync("Rollback", "--assume-yes")).Ended(0);
        await StandsAtAsync(product, "1.0.0", Revision);
    }

    [SkippableFact]
    public async Task A_release_that_crashes_on_a_breaking_schema_is_not_put_back_by_itself()
    {
        await using var product = await BegunAsync();
        var (build, first) = (product.Checkout, await product.Cluster.ImageAsync());
        await ReleaseWithSqlAsync(build, "1.1.0-rc", Revision, Breaking, Mended);
        await ReleaseThatCrashesAsync(build, "1.1.0");

        (await build.BuildAsync("Deploy", "--release-version", "1.1.0", "--allow-breaking", Revision)).Ended(5)
            .Says("NOT PUT BACK: nothing was put back: release 1 (1.0.0) cannot be expected to live with the schema").Says("./build.sh Rollback --rollback-schema").Says("pg_restore");
        Assert.NotEqual(first, await product.Cluster.ImageAsync());

        product.Users.Rest();
        (await build.BuildAsync("Rollback", "--assume-yes", "--rollback-schema")).Ended(0).Says("an outage of");
        await StandsAtAsync(product, "1.0.0", Head);
        Assert.Equal(first, await product.Cluster.ImageAsync());
    }

    private async Task<Product> BegunAsync()
    {
        var product = await ProductAsync(place);
        try
        {
            (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("Result: done, release 1 (1.0.0)");
            Skip.IfNot(product.HasDatabase, "This machine has no PostgreSQL.");
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    private static async Task StandsAtAsync(Product product, string version, string revision)
    {
        var api = await product.ApiAsync();
        Assert.Equal((version, revision), (await Health.VersionAsync(api), await Health.RevisionAsync(api)));
    }
}

[Trait("Suite", "Long")]
public sealed class SchemaStoriesOnTheTestBed() : SchemaStories(Place.TestBed);

[Trait("Suite", "Long")]
public sealed class SchemaStoriesInTheSandbox() : SchemaStories(Place.Sandbox);

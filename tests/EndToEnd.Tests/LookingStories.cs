using System.IO.Compression;
using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

/// <summary>What a person sees of an environment that somebody else changed by hand.</summary>
public abstract class LookingStories : Story
{
    private const string Deployment = "deployment/dataset-management-api";
    private readonly Place place;

    private protected LookingStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task What_was_changed_by_hand_is_told_with_who_did_it()
    {
        await using var product = await ProductAsync(place);
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        (await product.Checkout.BuildAsync("Status", "--drift", "--fail-on-drift")).Ended(0).Says("Drift: none");
        await product.Kubectl.RunAsync("set", "env", Deployment, "LOG_LEVEL=debug");
        await product.Kubectl.RunAsync("rollout", "status", Deployment);

        (await product.Checkout.BuildAsync("Status", "--drift", "--fail-on-drift")).Ended(1)
            .Says("env[LOG_LEVEL] was added; changed by 'kubectl").Says("revision 2, not 1");
        var diagnosed = (await product.Checkout.BuildAsync("Diagnose")).Ended(0);

        var bundle = Assert.Single(Directory.EnumerateFiles(Path.Combine(product.Checkout.Folder, "artifacts"), "diagnosis-*.zip"));
        Assert.Contains(Path.GetFileName(bundle), diagnosed.Output, StringComparison.Ordinal);
        await using var zip = await ZipFile.OpenReadAsync(bundle);
        Assert.Contains(zip.Entries, e => e.FullName.StartsWith("logs/dataset-management-api-", StringComparison.Ordinal) && e.Length > 0);
        Assert.Contains(zip.Entries, e => e.FullName == "record/manifests-of-release-1.json");
        Assert.Contains(zip.Entries, e => e.FullName.StartsWith("metrics/dataset-management-api-", StringComparison.Ordinal) && e.Length > 500);
    }
}

[Trait("Suite", "Long")]
public sealed class LookingStoriesOnTheTestBed() : LookingStories(Place.TestBed);

[Trait("Suite", "Long")]
public sealed class LookingStoriesInTheSandbox() : LookingStories(Place.Sandbox);

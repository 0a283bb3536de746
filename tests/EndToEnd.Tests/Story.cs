using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

/// <summary>
/// Stories share two cores and a node: they run one after the other. In every one users keep asking, and none of their requests may fail
/// unless the story says so.
/// </summary>
[Collection(nameof(Story))]
public abstract class Story : IAsyncLifetime
{
    private protected const string Head = "c7a41e88d356";

    private readonly List<Product> products = [];

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Asks the users what they saw.</summary>
    public Task DisposeAsync()
    {
        Assert.All(products.Where(p => p.Users is not null), product =>
        {
            var seen = product.Users.Seen;
            Assert.True(seen.Failures.Count == 0, $"{seen.Failures.Count} of {seen.Requests} requests failed:\n{string.Join('\n', seen.Failures.Take(20))}");
        });
        return Task.CompletedTask;
    }

    /// <summary>An environment of its own, with users.</summary>
    private protected async Task<Product> ProductAsync(Place place)
    {
        var product = await Product.NewAsync(place);
        products.Add(product);
        return product;
    }

    private protected async Task<SandboxProduct> SandboxAsync() => (SandboxProduct)await ProductAsync(Place.Sandbox);

    /// <summary>A release with a table more.</summary>
    private protected static async Task ReleaseWithARevisionAsync(Checkout checkout, string version, string revision, string after)
    {
        RevisionFile.AddTable(checkout, revision, after, $"notes_{revision}");
        checkout.Edit("src/DatasetManagement/web/index.html", "</title>", $" {version}</title>");
        await checkout.ReleaseAsync(version);
    }

    /// <summary>A release with a revision of these statements; without one to go down, its downgrade does nothing.</summary>
    private protected static async Task ReleaseWithSqlAsync(Checkout checkout, string version, string revision, string up, string? down)
    {
        RevisionFile.Add(checkout, revision, Head, $"op.execute(\"{up}\")", down is null ? "pass" : $"op.execute(\"{down}\")");
        await checkout.ReleaseAsync(version);
    }

    /// <summary>A release whose container ends as soon as it starts.</summary>
    private protected static async Task ReleaseThatCrashesAsync(Checkout checkout, string version)
    {
        checkout.Edit("src/DatasetManagement/api/Dockerfile", """CMD ["python3", "-m", "app"]""", """CMD ["sh", "-c", "echo the settings file is missing; exit 1"]""");
        await checkout.ReleaseAsync(version);
    }
}

using System.Net;
using Amazon.CloudFront;
using Amazon.CloudFront.Model;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Sandbox.Faults;

namespace Sandbox.Tests.Cdn;

public sealed class InvalidationTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private CdnBed bed = null!;

    public async Task InitializeAsync() => bed = await CdnBed.StartAsync(time);

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Fact]
    public async Task The_edge_forgets_when_the_invalidation_is_complete_and_not_before()
    {
        foreach (var key in new[] { "page.html", "other.html" })
            await bed.PutAsync(key, "old");
        await bed.GetAsync("/page.html");
        await bed.GetAsync("/other.html");
        foreach (var key in new[] { "page.html", "other.html" })
            await bed.PutAsync(key, "new");
        var started = await bed.InvalidateAsync("one", "/page.html");

        Assert.Equal("InProgress", started.Status);
        Assert.Equal(("Hit", "old"), await bed.GetAsync("/page.html"));
        time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(("Miss", "new"), await bed.GetAsync("/page.html"));
        Assert.Equal(("Hit", "old"), await bed.GetAsync("/other.html"));
        Assert.Equal("Completed", await bed.StatusAsync(started.Id));
    }

    [Theory]
    [InlineData("/docs/*", "/docs/a.html", true)]
    [InlineData("/docs/a*", "/docs/a.html", true)]
    [InlineData("/docs/b*", "/docs/a.html", false)]
    [InlineData("/*", "/docs/a.html", true)]
    [InlineData("/docs/A.html", "/docs/a.html", false)]
    public async Task A_star_at_the_end_stands_for_anything(string path, string page, bool forgotten)
    {
        await bed.PutAsync("docs/a.html", "text");
        await bed.GetAsync(page);
        await bed.InvalidateAsync("one", path);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(forgotten ? "Miss" : "Hit", (await bed.GetAsync(page)).How);
    }

    [Fact]
    public async Task The_same_reference_and_paths_are_the_same_invalidation()
    {
        var first = await bed.InvalidateAsync("one", "/a", "/b");
        await bed.RestartAsync();

        Assert.Equal(first.Id, (await bed.InvalidateAsync("one", "/a", "/b")).Id);
        var error = await Assert.ThrowsAnyAsync<AmazonCloudFrontException>(() => bed.InvalidateAsync("one", "/a"));
        Assert.Equal(("InvalidationBatchAlreadyExists", HttpStatusCode.BadRequest), (error.ErrorCode, error.StatusCode));
    }

    [Theory]
    [InlineData("no-slash")]
    [InlineData("/a*b")]
    [InlineData("/*.html")]
    [InlineData("/ü")]
    [InlineData("/a b")]
    public async Task A_path_that_cannot_be_is_refused(string path)
    {
        var error = await Assert.ThrowsAnyAsync<AmazonCloudFrontException>(() => bed.InvalidateAsync("one", path));

        Assert.Equal(("InvalidArgument", HttpStatusCode.BadRequest), (error.ErrorCode, error.StatusCode));
    }

    [Fact]
    public async Task A_quantity_that_is_not_how_many_is_refused()
    {
        using var client = bed.Client();
        var batch = new InvalidationBatch { CallerReference = "one", Paths = new Paths { Items = ["/a"], Quantity = 2 } };

        var error = await Assert.ThrowsAnyAsync<AmazonCloudFrontException>(() => client.CreateInvalidationAsync(new CreateInvalidationRequest(CdnBed.DistributionId, batch)));

        Assert.Equal("InconsistentQuantities", error.ErrorCode);
    }

    [Fact]
    public async Task Only_so_many_paths_are_in_progress_at_once()
    {
        await bed.InvalidateAsync("paths", [.. Enumerable.Range(0, 3000).Select(i => $"/{i}")]);
        await bed.InvalidateAsync("stars", [.. Enumerable.Range(0, 15).Select(i => $"/{i}/*")]);

        await Assert.ThrowsAsync<TooManyInvalidationsInProgressException>(() => bed.InvalidateAsync("one path", "/a"));
        await Assert.ThrowsAsync<TooManyInvalidationsInProgressException>(() => bed.InvalidateAsync("one star", "/a*"));
        time.Advance(TimeSpan.FromSeconds(1));
        await bed.InvalidateAsync("one path", "/a");
    }

    [Fact]
    public async Task The_distribution_is_described_to_those_who_may_know()
    {
        using var client = bed.Client();
        await bed.InvalidateAsync("one", "/a");
        var found = await client.GetDistributionAsync(new GetDistributionRequest(CdnBed.DistributionId));

        Assert.Equal(("Deployed", 1, true), (found.Distribution.Status, found.Distribution.InProgressInvalidationBatches, found.Distribution.DistributionConfig.Enabled));
        Assert.Equal(new Uri(bed.Server.EdgeAddress).Authority, found.Distribution.DomainName);
        await Assert.ThrowsAsync<NoSuchDistributionException>(() => client.GetDistributionAsync(new GetDistributionRequest("E0")));
        await Assert.ThrowsAsync<NoSuchInvalidationException>(() => client.GetInvalidationAsync(new GetInvalidationRequest(CdnBed.DistributionId, "I0")));
        using var stranger = bed.Client("another");
        var refused = await Assert.ThrowsAnyAsync<AmazonCloudFrontException>(() => stranger.GetDistributionAsync(new GetDistributionRequest(CdnBed.DistributionId)));
        Assert.Equal(("SignatureDoesNotMatch", HttpStatusCode.Forbidden), (refused.ErrorCode, refused.StatusCode));
    }

    [Fact]
    public async Task A_throttled_distribution_takes_it_in_the_end()
    {
        bed.Faults.On(Fault.Parse("invalidation-throttled:1"));

        await Assert.ThrowsAsync<TooManyInvalidationsInProgressException>(() => bed.InvalidateAsync("one", "/a"));
        await bed.InvalidateAsync("one", "/a");
    }

    [Fact]
    public async Task An_invalidation_that_never_completes_leaves_the_cache_as_it_is()
    {
        bed.Faults.On(Fault.Parse("invalidation-never-completes"));
        await bed.PutAsync("page.html", "old");
        await bed.GetAsync("/page.html");
        var started = await bed.InvalidateAsync("one", "/*");
        time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("InProgress", await bed.StatusAsync(started.Id));
        Assert.Equal("Hit", (await bed.GetAsync("/page.html")).How);
        bed.Faults.Clear();
        Assert.Equal("Completed", await bed.StatusAsync(started.Id));
    }
}

using Microsoft.Extensions.Time.Testing;
using Pipeline.Errors;
using Pipeline.Frontend;

namespace Pipeline.Tests.Frontend;

public sealed class CdnInvalidationTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new();
    private readonly LoopbackCdn server = new();

    public Task InitializeAsync() => server.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Paths_are_forgotten_and_the_end_is_awaited()
    {
        server.Polls = 3;
        using var cdn = new CdnInvalidation(server.Options, time);

        var started = await cdn.StartAsync("1/k", ["index.html", "a b.html"], default);
        Assert.Equal(("E1", "I1", false), (started.DistributionId, started.Id, started.Completed));
        Assert.Equal(["/", "/a%20b.html", "/index.html"], server.Invalidations["I1"]);

        Assert.True((await PassAsync(cdn.AwaitAsync(started, default))).Completed);
    }

    [Fact]
    public async Task The_same_release_and_paths_are_the_same_invalidation()
    {
        using var cdn = new CdnInvalidation(server.Options, time);

        var first = await cdn.StartAsync("1/k", ["index.html", "a.html"], default);
        var again = await cdn.StartAsync("1/k", ["a.html", "index.html"], default);
        var otherPaths = await cdn.StartAsync("1/k", ["index.html"], default);
        var otherRelease = await cdn.StartAsync("2/k", ["index.html"], default);

        Assert.Equal("I1 I1 I2 I3", $"{first.Id} {again.Id} {otherPaths.Id} {otherRelease.Id}");
    }

    [Fact]
    public async Task A_wait_that_is_over_is_no_failure()
    {
        server.Polls = int.MaxValue;
        using var cdn = new CdnInvalidation(server.Options, time);
        var began = time.GetUtcNow();

        var ended = await PassAsync(cdn.AwaitAsync(await cdn.StartAsync("1/k", ["a.html"], default), default));

        Assert.False(ended.Completed);
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11));
    }

    [Fact]
    public async Task A_CDN_that_is_busy_is_asked_again()
    {
        server.Busy = 3;
        using var cdn = new CdnInvalidation(server.Options, time);

        Assert.Equal("I1", (await PassAsync(cdn.StartAsync("1/k", ["a.html"], default))).Id);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task A_CDN_that_stays_busy_is_a_failure_that_says_what_to_do()
    {
        server.Busy = int.MaxValue;
        using var cdn = new CdnInvalidation(server.Options, time);

        var error = await Assert.ThrowsAsync<FailureException>(() => PassAsync(cdn.StartAsync("1/k", ["a.html"], default)));

        Assert.Equal($"The distribution 'E1' at http://{server.Authority}: it works on as many invalidations as it may. Run ./build.sh Invalidate again later.", error.Message);
    }

    [Theory]
    [InlineData(404, "NoSuchDistribution", "there is no such distribution. Check CdnDistributionId in the profile")]
    [InlineData(403, "AccessDenied", "these credentials may not use it (AccessDenied). They need cloudfront:CreateInvalidation, GetInvalidation and GetDistribution")]
    [InlineData(403, "InvalidClientTokenId", "these credentials may not use it (InvalidClientTokenId). They need cloudfront:CreateInvalidation, GetInvalidation and GetDistribution")]
    [InlineData(400, "InvalidArgument", "InvalidArgument it is")]
    public async Task An_error_is_a_sentence(int status, string code, string why)
    {
        server.Broken = (status, code);
        using var cdn = new CdnInvalidation(server.Options, time);

        var error = await Assert.ThrowsAsync<FailureException>(() => cdn.StartAsync("1/k", ["a.html"], default));

        Assert.Equal($"The distribution 'E1' at http://{server.Authority}: {why}.", error.Message);
    }

    private async Task<InvalidationResult> PassAsync(Task<InvalidationResult> work)
    {
        while (!work.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(work, Task.Delay(2));
        }

        return await work;
    }
}

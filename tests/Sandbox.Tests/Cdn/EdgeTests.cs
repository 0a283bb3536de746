using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Sandbox.Faults;

namespace Sandbox.Tests.Cdn;

public sealed class EdgeTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private CdnBed bed = null!;

    public async Task InitializeAsync() => bed = await CdnBed.StartAsync(time);

    public async Task DisposeAsync() => await bed.DisposeAsync();

    [Fact]
    public async Task A_page_without_a_lifetime_stays_old_for_a_day()
    {
        await bed.PutAsync("page.html", "old");
        Assert.Equal(("Miss", "old"), await bed.GetAsync("/page.html"));
        await bed.PutAsync("page.html", "new");

        time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(("Hit", "old"), await bed.GetAsync("/page.html?query=is&no=key"));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(("Miss", "new"), await bed.GetAsync("/page.html"));
    }

    [Fact]
    public async Task A_page_that_must_be_asked_for_again_is()
    {
        await bed.PutAsync("page.html", "old", "no-cache");
        Assert.Equal(("Miss", "old"), await bed.GetAsync("/page.html"));
        Assert.Equal(("RefreshHit", "old"), await bed.GetAsync("/page.html"));
        await bed.PutAsync("page.html", "new", "no-cache");

        Assert.Equal(("Miss", "new"), await bed.GetAsync("/page.html"));
    }

    [Theory]
    [InlineData("max-age=60", 59, "Hit")]
    [InlineData("max-age=60", 60, "RefreshHit")]
    [InlineData("max-age=60, s-maxage=600", 599, "Hit")]
    [InlineData("public, max-age=31536000, immutable", 86400 * 300, "Hit")]
    [InlineData("max-age=0", 0, "RefreshHit")]
    [InlineData("no-store", 0, "Miss")]
    [InlineData("private, max-age=60", 0, "Miss")]
    public async Task The_lifetime_is_what_the_object_says(string cacheControl, int seconds, string how)
    {
        await bed.PutAsync("page.html", "text", cacheControl);
        await bed.GetAsync("/page.html");
        time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal((how, "text"), await bed.GetAsync("/page.html"));
    }

    [Fact]
    public async Task The_answer_has_the_objects_headers_and_its_age()
    {
        await bed.PutAsync("page.html", "text", "max-age=60");
        using var first = await bed.SendAsync(HttpMethod.Get, "/page.html");
        time.Advance(TimeSpan.FromSeconds(7));
        using var hit = await bed.SendAsync(HttpMethod.Head, "/page.html");

        Assert.Null(first.Headers.Age);
        Assert.Equal((TimeSpan.FromSeconds(7), "text/html", 4), (hit.Headers.Age, $"{hit.Content.Headers.ContentType}", hit.Content.Headers.ContentLength));
        Assert.Equal(first.Headers.ETag, hit.Headers.ETag);
    }

    [Fact]
    public async Task What_is_not_there_gets_the_error_page_for_ten_seconds()
    {
        await bed.PutAsync("404.html", "lost");
        using var lost = await bed.SendAsync(HttpMethod.Get, "/page.html");
        Assert.Equal((HttpStatusCode.NotFound, "lost"), (lost.StatusCode, await lost.Content.ReadAsStringAsync()));
        await bed.PutAsync("page.html", "found");
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(("Error", "lost"), await bed.GetAsync("/page.html"));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(("Miss", "found"), await bed.GetAsync("/page.html"));
    }

    [Fact]
    public async Task The_root_is_the_first_page()
    {
        await bed.PutAsync("index.html", "first");

        Assert.Equal(("Miss", "first"), await bed.GetAsync("/"));
        Assert.Equal(("Hit", "first"), await bed.GetAsync("/index.html"));
    }

    [Fact]
    public async Task Parts_and_conditions_are_served_from_the_cache()
    {
        await bed.PutAsync("page.html", "0123456789");
        using var whole = await bed.SendAsync(HttpMethod.Get, "/page.html");
        using var part = await bed.SendAsync(HttpMethod.Get, "/page.html", r => r.Headers.Range = new RangeHeaderValue(2, 4));
        using var none = await bed.SendAsync(HttpMethod.Get, "/page.html", r => r.Headers.Range = new RangeHeaderValue(20, null));
        using var same = await bed.SendAsync(HttpMethod.Get, "/page.html", r => r.Headers.IfNoneMatch.Add(whole.Headers.ETag!));

        Assert.Equal((HttpStatusCode.PartialContent, "234", "bytes 2-4/10"), (part.StatusCode, await part.Content.ReadAsStringAsync(), $"{part.Content.Headers.ContentRange}"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, none.StatusCode);
        Assert.Equal((HttpStatusCode.NotModified, 0), (same.StatusCode, (await same.Content.ReadAsByteArrayAsync()).Length));
    }

    [Fact]
    public async Task Nothing_can_be_changed_through_the_edge()
    {
        using var answer = await bed.SendAsync(HttpMethod.Delete, "/page.html");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_restart_does_not_empty_the_cache()
    {
        await bed.PutAsync("page.html", "old");
        await bed.GetAsync("/page.html");
        await bed.PutAsync("page.html", "new");
        await bed.RestartAsync();

        Assert.Equal(("Hit", "old"), await bed.GetAsync("/page.html"));
    }

    [Fact]
    public async Task The_edge_fails_as_often_as_it_was_told()
    {
        await bed.PutAsync("page.html", "text");
        bed.Faults.On(Fault.Parse("edge-5xx:1"));
        using var failed = await bed.SendAsync(HttpMethod.Get, "/page.html");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        Assert.Equal(("Miss", "text"), await bed.GetAsync("/page.html"));
    }

    [Fact]
    public async Task Many_readers_of_a_page_that_changes_never_see_half_of_it()
    {
        await bed.PutAsync("page.html", new string('a', 50_000), "no-cache");
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            if (i % 10 == 0)
                await bed.PutAsync("page.html", new string((char)('a' + (i / 10)), 50_000), "no-cache");
            else
                Assert.Single((await bed.GetAsync("/page.html")).Body.Distinct());
        });
    }
}

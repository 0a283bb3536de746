using Microsoft.Extensions.Time.Testing;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;
using Pipeline.Verification;

namespace Pipeline.Tests.Verification;

public sealed class AvailabilityTests
{
    private static readonly Uri Api = new("https://api.example.com/health?token=1");
    private static readonly Uri Site = new("https://www.example.com/");
    private readonly FakeTimeProvider time = new(Given.Moment);
    private readonly Availability availability;

    public AvailabilityTests() => availability = new Availability(time);

    [Fact]
    public void Without_a_probe_nothing_is_known() => Assert.Null(availability.Result);

    [Fact]
    public void Users_are_affected_while_any_address_fails_and_no_second_counts_twice()
    {
        availability.Add(Api, null);
        After(1).Add(Api, "status 503");
        After(2).Add(Site, "no answer");
        After(3).Add(Api, null);
        After(4).Add(Site, null);
        After(5).Add(Site, null);

        var result = availability.Result!;
        Assert.Equal((9.0, false), (result.AffectedSeconds, result.StillFails));
        Assert.Equal((Given.Moment, Given.Moment.AddSeconds(15)), (result.From, result.To));
        Assert.Equal(new AddressAvailability("https://api.example.com/health", 3, 1, Given.Moment.AddSeconds(1), Given.Moment.AddSeconds(1), "status 503"), result.Addresses[0]);
        Assert.Equal((3, 1), (result.Addresses[1].Asked, result.Addresses[1].Failed));
    }

    [Fact]
    public void What_still_fails_counts_to_the_end()
    {
        availability.Add(Api, "status 500");
        After(7).Add(Api, "status 502");
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((8.0, true, "status 502"), (availability.Result!.AffectedSeconds, availability.Result.StillFails, availability.Result.Addresses[0].Fault));
    }

    [Fact]
    public async Task The_watch_asks_both_addresses_once_a_second_and_tells_what_users_get()
    {
        var site = new LoopbackSite();
        await site.InitializeAsync();
        site.Answers["/health"] = n => n is 2 or 3 ? (503, "no") : (200, "{}");
        await using (new AvailabilityWatch(new VerificationOptions { ApiUrl = site.Address, SiteUrl = site.Address + "/" }, availability, time))
            await time.UntilAsync(() => availability.Result?.Addresses is [{ Asked: >= 5 }, { Asked: >= 5 }], breath: 4);
        await site.DisposeAsync();

        var health = availability.Result!.Addresses[1];
        Assert.True(health.Failed >= 2);
        Assert.True(availability.Result.AffectedSeconds >= 1);
        Assert.Equal(site.Requests.Count, site.Requests.Select(r => r.Port).Distinct().Count());
    }

    [Fact]
    public async Task An_address_that_is_not_given_is_not_asked()
    {
        await using (new AvailabilityWatch(new VerificationOptions { SiteUrl = "not an address" }, availability, time))
            time.Advance(TimeSpan.FromSeconds(3));

        Assert.Null(availability.Result);
    }

    private Availability After(int seconds)
    {
        time.Advance(TimeSpan.FromSeconds(seconds));
        return availability;
    }
}

using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Preflight;

namespace Pipeline.Tests.Preflight;

public sealed class ScheduleTests
{
    private const string Office = "Mon-Thu 09:00-17:00 Europe/Berlin";

    [Theory]
    [InlineData(Office, "2026-03-02T08:00:00Z", true)]
    [InlineData(Office, "2026-03-02T07:59:59Z", false)]
    [InlineData(Office, "2026-03-02T15:59:59Z", true)]
    [InlineData(Office, "2026-03-02T16:00:00Z", false)]
    [InlineData(Office, "2026-03-06T10:00:00Z", false)]
    [InlineData(Office, "2026-07-06T07:00:00Z", true)]
    [InlineData("Sat,Sun 00:00-24:00 UTC", "2026-03-07T23:59:00Z", true)]
    [InlineData("Fri-Mon 22:00-04:00 Asia/Tokyo", "2026-03-02T18:00:00Z", true)]
    [InlineData("Fri-Mon 22:00-04:00 Asia/Tokyo", "2026-03-03T18:00:00Z", false)]
    [InlineData("Mon 09:00-10:00 UTC; Tue 09:00-10:00 UTC", "2026-03-03T09:30:00Z", true)]
    public void It_is_open_at_its_own_hours_in_its_own_zone(string text, string now, bool isOpen) =>
        Assert.Equal(isOpen, Schedule.Parse(text)!.IsOpen(At(now)));

    [Theory]
    [InlineData("2026-03-06T10:00:00Z", "2026-03-09T09:00:00+01:00")]
    [InlineData("2026-03-02T06:00:00Z", "2026-03-02T09:00:00+01:00")]
    [InlineData("2026-03-28T12:00:00Z", "2026-03-30T09:00:00+02:00")]
    public void It_says_when_it_opens_next(string now, string next) => Assert.Equal(At(next), Schedule.Parse(Office)!.Next(At(now)));

    // On that night the clocks go from two to three.
    [Fact]
    public void An_hour_that_daylight_saving_leaves_out_opens_an_hour_later() =>
        Assert.Equal(At("2026-03-29T03:30:00+02:00"), Schedule.Parse("Sun 02:30-05:00 Europe/Berlin")!.Next(At("2026-03-29T00:00:00Z")));

    [Theory]
    [InlineData("always", "cannot be read")]
    [InlineData("Mo-Do 09:00-17:00 Europe/Berlin", "cannot be read")]
    [InlineData("Mon-Don 09:00-17:00 Europe/Berlin", "'Don' is not one of Sun, Mon")]
    [InlineData("Mon 09:00-25:00 Europe/Berlin", "'25:00' is not a time of day")]
    [InlineData("Mon 09:00-17:00 Europe/Bonn", "Europe/Bonn")]
    public void What_is_no_schedule_is_said_with_an_example(string text, string why)
    {
        var fault = Schedule.Fault(text);

        Assert.Contains(why, fault, StringComparison.Ordinal);
        Assert.EndsWith("Write days, hours and time zone, as in Mon-Thu 09:00-17:00 Europe/Berlin.", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "2026-03-02T12:00:00Z", FindingState.NotChecked)]
    [InlineData(Office, "2026-03-02T12:00:00Z", FindingState.Passed)]
    [InlineData(Office, "2026-03-06T12:00:00Z", FindingState.Failed)]
    public async Task The_check_fails_outside_the_window_alone(string? window, string now, FindingState expected)
    {
        var cluster = new Pipeline.Cluster.ClusterOptions { KubeContext = "none", KubeNamespace = "none", ClusterUid = "none" };
        await using var run = await StepRun.StartAsync(cluster, new FakeTimeProvider(At(now)));
        Finding? finding = null;
        await run.RunAsync(new Runs.StepOf(async context => finding = await new WindowCheck(window).LookAsync(context, default)));

        Assert.Equal(expected, finding!.State);
        if (expected == FindingState.Failed)
            Assert.Equal($"closed: '{Office}' opens next Mon 2026-03-09 09:00 +01:00.", finding.Found);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

using Microsoft.Extensions.Time.Testing;
using Pipeline.Rollouts;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Pipeline.Tests.Rollouts;

public sealed class FindingNewsTests : ILogEventSink
{
    private readonly FakeTimeProvider time = new();
    private readonly List<string> log = [];

    [Fact]
    public void What_is_over_lasted_from_its_first_sight_also_while_it_was_not_counted()
    {
        var news = new FindingNews(new LoggerConfiguration().WriteTo.Sink(this).CreateLogger(), "Deployment/api", time);
        var rule = VerdictRules.Unschedulable;
        // An old pod still drains, so that the time of the missing room stands still.
        news.Tell([new RolloutFinding(rule, "api-1", "no room", TimeSpan.Zero, rule.Grace)]);
        time.Advance(TimeSpan.FromSeconds(20));
        news.Tell([new RolloutFinding(rule, "api-1", "no room", TimeSpan.Zero, rule.Grace)]);
        time.Advance(TimeSpan.FromSeconds(10));
        news.Tell([]);

        Assert.Equal("Deployment/api: over after 30 s: no room", log[^1]);
        Assert.Equal(2, log.Count);
    }

    void ILogEventSink.Emit(LogEvent logEvent) => log.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
}

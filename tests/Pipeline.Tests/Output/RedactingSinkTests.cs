using Pipeline.Output;
using Pipeline.Settings;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Pipeline.Tests.Output;

public sealed class RedactingSinkTests : IDisposable
{
    private readonly List<LogEvent> events = [];
    private readonly Logger host;
    private readonly ILogger log;

    public RedactingSinkTests()
    {
        var redactor = new Redactor();
        redactor.Hide(Secret.From("hunter22"));
        host = new LoggerConfiguration().MinimumLevel.Information().WriteTo.Sink(new Kept(events)).CreateLogger();
        log = RedactingSink.InFrontOf(host, redactor);
    }

    public void Dispose() => host.Dispose();

    [Fact]
    public void A_secret_in_the_message_itself_is_masked()
    {
#pragma warning disable CA2254 // A message that is no constant is what this is about.
        log.Information("psql said: hunter22 is wrong for " + "{User}", "ann");
#pragma warning restore CA2254

        Assert.Equal("psql said: *** is wrong for \"ann\"", Text());
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void A_secret_in_a_property_is_masked_whatever_its_type(object value)
    {
        log.Information("Value {@Value}", value);

        Assert.Contains("***", Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", Text(), StringComparison.Ordinal);
    }

    public static TheoryData<object> Values => new()
    {
        "hunter22",
        new Uri("https://host/?key=hunter22"),
        new List<string> { "one", "hunter22" },
        new Dictionary<string, string> { ["key"] = "hunter22" },
        new { Inner = new { Password = "hunter22" } },
    };

    [Fact]
    public void A_value_that_is_a_secret_by_its_type_is_masked_although_nobody_named_it()
    {
        log.Information("Value {Value}", new Secret("another-one"));

        Assert.Equal("Value \"***\"", Text());
    }

    [Fact]
    public void A_secret_in_a_property_that_the_message_does_not_show_is_masked()
    {
        log.ForContext("Hidden", "hunter22").Information("Done");

        Assert.Equal("\"***\"", events.Single().Properties["Hidden"].ToString());
    }

    [Fact]
    public void A_secret_in_an_exception_or_the_one_underneath_is_masked()
    {
        log.Error(new InvalidOperationException("outer", new FormatException("hunter22 is no number")), "Failed");

        Assert.Contains("*** is no number", events.Single().Exception!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", events.Single().Exception!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_holds_no_secret_arrives_as_it_was()
    {
        var error = new InvalidOperationException("plain");
        log.Warning(error, "{Count} of {Total:0.0} at {When:u}", 3, 4.25, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

        Assert.Equal("3 of 4.3 at 2026-03-01 12:00:00Z", Text());
        Assert.Same(error, events.Single().Exception);
        Assert.Equal(LogEventLevel.Warning, events.Single().Level);
    }

    [Fact]
    public void What_the_host_does_not_want_is_not_handed_on()
    {
        log.Debug("hunter22");

        Assert.Empty(events);
    }

    private string Text() => events.Single().RenderMessage();

    private sealed class Kept(List<LogEvent> events) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => events.Add(logEvent);
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Incidents;
using Pipeline.Releases;
using Pipeline.Settings;
using Pipeline.Tests.Releases;

namespace Pipeline.Tests.Incidents;

public sealed class SupportNoticesTests : IAsyncLifetime
{
    private readonly LoopbackHook hook = new();

    public Task InitializeAsync() => hook.StartAsync();

    public async Task DisposeAsync() => await hook.DisposeAsync();

    [Fact]
    public async Task Notices_arrive_in_their_order_as_a_text()
    {
        // A clock that stands: a loaded machine must not make an answer late.
        using var notices = SupportNotices.To(new Secret($"http://{hook.Authority}/services/T0/secret"), new FakeTimeProvider())!;
        notices.Send("first");
        notices.Send("<!channel> & second");

        Assert.Empty(await notices.EndAsync());
        Assert.Equal(["POST /services/T0/secret", "POST /services/T0/secret"], hook.Requests);
        Assert.Equal(["first", "&lt;!channel&gt; &amp; second"], hook.Texts);
        Assert.All(hook.Types, t => Assert.StartsWith("application/json", t, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_is_slow_keeps_nobody_waiting_and_is_named()
    {
        hook.Answer = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        using var notices = To($"http://{hook.Authority}/secret");
        var started = Stopwatch.GetTimestamp();
        notices.Send("first");
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 0, 500);

        Assert.Equal(["the support's webhook (PIPELINE_NOTICE_WEBHOOK), which did not take a notice: no answer within 2 s"], await notices.EndAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 1.5, 6);
    }

    [Theory]
    [InlineData(404, "it answered with status 404")]
    [InlineData(302, "it answered with status 302")]
    public async Task One_that_refuses_is_named_once(int status, string fault)
    {
        hook.Answer = http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        using var notices = To($"http://{hook.Authority}/secret");
        notices.Send("first");
        notices.Send("second");

        Assert.EndsWith(fault, Assert.Single(await notices.EndAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_down_is_named_without_its_address()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var notices = To($"http://127.0.0.1:{port}/secret");
        notices.Send("first");

        var fault = Assert.Single(await notices.EndAsync());
        Assert.EndsWith("it cannot be reached (ConnectionError)", fault, StringComparison.Ordinal);
        Assert.DoesNotContain($"{port}", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_none_is_named_and_not_shown()
    {
        using var notices = To("hooks.example.com/secret");
        notices.Send("first");

        Assert.EndsWith("it is no http or https address", Assert.Single(await notices.EndAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_one_nobody_is_told() => Assert.Null(SupportNotices.To(null, TimeProvider.System));

    [Fact]
    public void A_notice_holds_version_release_environment_who_and_outcome_and_nothing_that_was_typed_or_logged()
    {
        var failed = Given.Ended(7, ReleaseOutcome.PutBack) with { Reason = "typed", Steps = [new StepRecord("Deploy", StepState.Failed, Given.Moment, null, "logged")], StartedBy = "ann by https://ci/runs/5" };

        Assert.Equal("test: release 7 (1.7.0) FAILED and was put back. Started by ann by https://ci/runs/5.", SupportNotice.Of(failed, SupportNotice.End(failed)));
        Assert.Equal("test: rollback 9 to release 6 (1.6.0) is NOT COMPLETE: a person must look now. Started by ann@laptop.", Ended(Given.Back(9, 7, 6, ReleaseOutcome.NotPutBack)));
        Assert.Equal("test: rollback 9 to release 6 (1.6.0) was refused or failed at once: nothing was changed. Started by ann@laptop.", Ended(Given.Back(9, 7, 6, ReleaseOutcome.Failed)));
        Assert.Equal("test: rollback 9 is done, release 6 (1.6.0) serves again. Started by ann@laptop.", Ended(Given.Back(9, 7, 6)));
    }

    private static string Ended(Release release) => SupportNotice.Of(release, SupportNotice.End(release));

    private static SupportNotices To(string address) => SupportNotices.To(new Secret(address), TimeProvider.System)!;
}

using Pipeline.Leases;
using Pipeline.Verification;
using Serilog.Core;

namespace Pipeline.Tests.Verification;

public sealed class ProbeRunTests : IAsyncLifetime
{
    private readonly LoopbackSite site = new();
    private readonly TimeWithoutPauses time = new();

    public Task InitializeAsync() => site.InitializeAsync();

    public Task DisposeAsync() => site.DisposeAsync();

    [Fact]
    public async Task A_right_answer_is_followed_by_the_next_question_at_once()
    {
        Assert.True((await AskAsync()).Passed);

        Assert.Empty(time.Pauses);
    }

    [Fact]
    public async Task A_wrong_answer_gives_the_address_time()
    {
        site.Answers["/health"] = n => (n < 3 ? 503 : 200, "");
        Assert.True((await AskAsync()).Passed);

        Assert.Equal([500, 500], time.Pauses);
    }

    private async Task<ProbeResult> AskAsync()
    {
        using var run = new ProbeRun(time, Logger.None, new RequestGate());
        return (await run.AskAsync([new Probe("health", new Uri($"{site.Address}/health"), 3, answer => answer.StatusFault)], TimeSpan.FromMinutes(1), default)).Single();
    }

    /// <summary>Writes every pause down, in milliseconds, and lets none last.</summary>
    private sealed class TimeWithoutPauses : TimeProvider
    {
        public List<double> Pauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime.TotalMilliseconds);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}

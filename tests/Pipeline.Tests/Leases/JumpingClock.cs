using Microsoft.Extensions.Time.Testing;

namespace Pipeline.Tests.Leases;

/// <summary>Only what the clock on the wall says jumps; the time that passes does not.</summary>
/// <param name="passing">The time that passes.</param>
internal sealed class JumpingClock(FakeTimeProvider passing) : TimeProvider
{
    public TimeSpan Jump { get; set; }

    public override long TimestampFrequency => passing.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => passing.GetUtcNow() + Jump;

    public override long GetTimestamp() => passing.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => passing.CreateTimer(callback, state, dueTime, period);
}

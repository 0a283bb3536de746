namespace Sandbox.Tests.Verdicts.Live;

/// <summary>A clock that runs faster than the cluster's, so that no test waits for a grace of minutes.</summary>
/// <param name="speed">Its seconds in one of the system's.</param>
internal sealed class HurriedTime(int speed) : TimeProvider
{
    public override long GetTimestamp() => System.GetTimestamp() * speed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Real(dueTime), Real(period));

    // Timers know whole milliseconds, and one that is due too early would look and find that nothing is due yet.
    private TimeSpan Real(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? time : TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds / speed));
}

using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Tests.Releases;
using Pipeline.Tests.Runs;
using Serilog.Core;

namespace Pipeline.Tests.Leases;

/// <summary>Clocks that jump while one run holds the deploy lock and another one wants it: on the holder's machine, and on the other's.</summary>
public sealed class LockClockTests : LeaseTests
{
    private static readonly LeaseHolder Ann = new("ann@laptop", "Deploy of 1.4.2", "boot-1 pid:[1]", 41);
    private static readonly LeaseHolder Bob = new("bob@desk", "Deploy of 1.5.0", "boot-2 pid:[1]", 52);
    private readonly JumpingClock ann;
    private readonly JumpingClock bob;

    public LockClockTests() => (ann, bob) = (new JumpingClock(Time), new JumpingClock(Time));

    public static TheoryData<int> Jumps => [-24 * 365, -1, 1, 24 * 365];

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task A_holder_whose_clock_jumps_keeps_the_lock_and_the_other_is_refused(int hours)
    {
        await using var held = await TakeAsync(Ann, ann);
        var other = TakeAsync(Bob, bob);
        ann.Jump = TimeSpan.FromHours(hours);
        var error = await Assert.ThrowsAsync<FailureException>(() => Time.WhileAsync(other, breath: 5));
        await held.ProveAsync(default);

        Assert.Equal(ExitCode.Refused, error.ExitCode);
        Assert.Null(held.Loss);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task A_run_whose_clock_jumps_while_it_looks_takes_no_lock_that_is_renewed(int hours)
    {
        await using var held = await TakeAsync(Ann, ann);
        var other = TakeAsync(Bob, bob);
        bob.Jump = TimeSpan.FromHours(hours);

        Assert.Equal(ExitCode.Refused, (await Assert.ThrowsAsync<FailureException>(() => Time.WhileAsync(other, breath: 5))).ExitCode);
        Assert.Null(held.Loss);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task A_run_whose_clock_jumps_while_it_looks_follows_a_dead_holder_after_the_same_time(int hours)
    {
        Cluster.Put(TwoRuns.LeasePath, LeaseObject.Wanted(Ann, ann, null));
        var other = TakeAsync(Bob, bob);
        bob.Jump = TimeSpan.FromHours(hours);
        await using var taken = await Time.WhileAsync(other, breath: 5);

        Assert.InRange(Time.GetUtcNow() - Given.Moment, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60));
        Assert.Equal("bob@desk #52", LeaseHolder.In(Cluster.Objects[TwoRuns.LeasePath])?.Identity);
    }

    // Its own time stood still meanwhile: only the clock on the wall knows.
    [Fact]
    public async Task A_holder_whose_machine_slept_asks_first_and_sends_nothing_when_another_has_the_lock()
    {
        await using var slept = await TakeAsync(Ann, ann);
        Cluster.Objects.TryRemove(TwoRuns.LeasePath, out _);
        await using var other = await TakeAsync(Bob, bob);
        ann.Jump = TimeSpan.FromMinutes(5);
        var error = await Assert.ThrowsAsync<FailureException>(() => slept.ProveAsync(default).AsTask());

        Assert.StartsWith("Stopped: another run took the deploy lock", error.Message, StringComparison.Ordinal);
        Assert.Null(other.Loss);
    }

    private Task<DeployLease> TakeAsync(LeaseHolder holder, JumpingClock clock) =>
        new LeaseTaking(Connection, holder, new LeaseWish(holder.Why), clock, Logger.None).TakeAsync(default);
}

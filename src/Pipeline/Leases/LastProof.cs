namespace Pipeline.Leases;

/// <summary>The moment of the last request by which a run proved that it holds the lock.</summary>
/// <param name="Stamp">By the clock that only goes on, and stands still while the machine sleeps.</param>
/// <param name="Clock">By the clock on the wall, which goes on while the machine sleeps, and jumps.</param>
internal sealed record LastProof(long Stamp, DateTimeOffset Clock)
{
    public static LastProof Now(TimeProvider time) => new(time.GetTimestamp(), time.GetUtcNow());

    /// <summary>How old it is at least.</summary>
    public TimeSpan Age(TimeProvider time) => time.GetElapsedTime(Stamp);

    /// <summary>How old it may be: more than <see cref="Age"/> when the machine slept, or when its clock was put forward.</summary>
    public TimeSpan PossibleAge(TimeProvider time)
    {
        var (age, byClock) = (Age(time), time.GetUtcNow() - Clock);
        return byClock > age ? byClock : age;
    }
}

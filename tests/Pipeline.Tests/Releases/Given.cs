using Pipeline.Releases;
using Pipeline.Rollouts;
using Pipeline.Verification;

namespace Pipeline.Tests.Releases;

/// <summary>Records as earlier runs left them.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Moment = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static Release Good(int number) => Ended(number, ReleaseOutcome.Succeeded) with
    {
        Rollout = new RolloutResult([], 0),
        Verification = new VerificationResult([]),
    };

    public static Release Ended(int number, ReleaseOutcome outcome) => new()
    {
        Number = number,
        Environment = "test",
        Key = $"test/1.{number}.0/aaaaaaaaaaaa/000000000000",
        Version = $"1.{number}.0",
        Commit = new string('a', 40),
        StartedBy = "ann@laptop",
        Started = Moment.AddHours(number),
        Outcome = outcome,
    };

    public static Release Back(int number, int from, int to, ReleaseOutcome outcome = ReleaseOutcome.Succeeded) =>
        Ended(number, outcome) with { Key = $"{Good(to).Key}/rollback", Version = $"1.{to}.0", Rollback = new RollbackRange(from, to) };

    public static ReleaseHistory History(params Release[] releases) => new([.. releases.OrderByDescending(r => r.Number)]);
}

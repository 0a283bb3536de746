using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using EndToEnd.Tests.KillPoints;
using Pipeline.Sandbox.Journal;
using Xunit.Abstractions;

namespace EndToEnd.Tests;

/// <summary>
/// A deploy that dies anywhere: the next Deploy, and the next Rollback, reach a state that the record describes, and users notice nothing.
/// Nothing is set back between two deaths, which costs more than a deploy.
/// </summary>
/// <remarks>
/// <c>KILL_POINT</c> picks those whose name matches a pattern, <c>KILL_LANES</c> says in how many environments at once, <c>KILL_SEED</c> repeats a
/// randomised run.
/// </remarks>
[Trait("Suite", "Long")]
public sealed class KillPointStories(ITestOutputHelper output) : Story
{
    private static readonly int Lanes = int.TryParse(Environment.GetEnvironmentVariable("KILL_LANES"), CultureInfo.InvariantCulture, out var lanes) ? lanes : 2;
    private const int RandomRounds = 6;

    [SkippableFact]
    public async Task A_deploy_that_dies_at_any_boundary_is_followed_by_a_deploy_or_a_rollback()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The lock of a holder that died is taken over at once only there.");
        await using var first = await LaneAsync();
        var (requests, programs) = await first.JournalAsync();
        var all = KillPointList.Of(requests, programs);
        Assert.True(all.Count >= 60, $"There are only {all.Count} kill points:\n{string.Join('\n', all.Select(p => p.Name))}");
        var chosen = all.Where(p => Regex.IsMatch(p.Name, Environment.GetEnvironmentVariable("KILL_POINT") ?? "", RegexOptions.IgnoreCase)).ToList();
        output.WriteLine($"{all.Count} kill points in {requests.Count} requests and {programs.Count} programs");
        var left = new ConcurrentQueue<KillPoint>(chosen);
        var survivals = new ConcurrentBag<Survival>();
        async Task GoAsync(KillLane lane)
        {
            while (left.TryDequeue(out var point))
                foreach (var andBack in (bool[])[false, true])
                    survivals.Add(Told(await lane.SurviveAsync(point, andBack)));
        }

        async Task GoOnAsync()
        {
            await using var lane = await LaneAsync();
            await GoAsync(lane);
        }

        await Task.WhenAll([GoAsync(first), .. Enumerable.Range(1, Lanes - 1).Select(_ => GoOnAsync())]);

        Report([.. survivals]);
        Assert.True(survivals.Count(s => s.Struck) >= chosen.Count * 2 * 9 / 10, "Too many runs ended before they came to their kill point.");
    }

    [SkippableFact]
    public async Task A_deploy_that_dies_anywhere_at_random_is_followed_by_a_deploy_or_a_rollback()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The lock of a holder that died is taken over at once only there.");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("KILL_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount & 0xffff;
        output.WriteLine($"KILL_SEED={seed}");
        var random = new Random(seed);
        await using var lane = await LaneAsync();
        var count = (await lane.JournalAsync()).Requests.Count;

        var survivals = new List<Survival>();
        for (var round = 0; round < RandomRounds; round++)
        {
            var (number, after, back) = (random.Next(1, count + 1), random.Next(2) == 1, random.Next(2) == 1);
            survivals.Add(Told(await lane.SurviveAsync($"Seed {seed}, request {number} of {count}, {(after ? "after" : "before")}", process => new KillOrder(process, after) { Number = number }, back)));
        }

        Report(survivals);
    }

    private async Task<KillLane> LaneAsync() => await KillLane.NewAsync(await SandboxAsync(), Head);

    // To be read while it runs, which takes minutes.
    private Survival Told(Survival survival)
    {
        lock (output)
        {
            output.WriteLine(survival.Line);
            File.AppendAllText(Path.Combine(AppContext.BaseDirectory, "kill-points.log"), $"{survival.Line}{string.Concat(survival.Faults.Select(f => $"\n  {f}"))}\n");
        }

        return survival;
    }

    private static void Report(IReadOnlyCollection<Survival> survivals)
    {
        var failed = survivals.Where(s => s.Faults.Count > 0).ToList();
        Assert.True(failed.Count == 0, string.Join("\n\n", failed.Select(f => $"{f.Name}:\n  {string.Join("\n  ", f.Faults)}")));
    }
}

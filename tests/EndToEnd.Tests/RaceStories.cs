using System.Collections.Concurrent;
using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

[Trait("Suite", "Long")]
public sealed class RaceStories : Story
{
    private const int Rounds = 50;
    private const int AtOnce = 3;

    [SkippableFact]
    public async Task Of_two_deploys_that_begin_together_exactly_one_wins_each_of_fifty_times()
    {
        var rounds = new ConcurrentQueue<int>(Enumerable.Range(1, Rounds));

        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => RaceAsync(rounds)));

        Assert.Empty(rounds);
    }

    private async Task RaceAsync(ConcurrentQueue<int> rounds)
    {
        await using var product = await SandboxAsync();
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        using var clone = await product.Checkout.CloneAsync();
        (await clone.BuildAsync("BuildFrontend")).Ended(0);
        // The winner is at work for longer than the loser looks for a sign of its life.
        await product.SwitchAsync("s3-slow:1");
        while (rounds.TryDequeue(out var round))
        {
            var versions = (string[])[$"{round}.1", $"{round}.2"];
            var ended = await Task.WhenAll(product.Checkout.BuildAsync("Deploy", "--release-version", versions[0]), clone.BuildAsync("Deploy", "--release-version", versions[1]));
            var winner = Array.FindIndex(ended, e => e.ExitCode == 0);

            Assert.True(winner >= 0, $"Round {round}, nobody won:\n{ended[0].Output}\n{ended[1].Output}");
            ended[1 - winner].Ended(4).Says("Another run holds the deploy lock");
            Assert.Equal(versions[winner], await Health.VersionAsync(await product.ApiAsync()));
            var history = (await product.Checkout.BuildAsync("History")).Ended(0).Says($" {versions[winner]} ");
            Assert.DoesNotContain($" {versions[1 - winner]} ", history.Output, StringComparison.Ordinal);
        }
    }
}

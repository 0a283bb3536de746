using Build.Tests.Running;

namespace Build.Tests.Bootstrap;

[Trait("Suite", "Long")]
public sealed class CompilingTests : IDisposable
{
    private readonly SmallProgram checkout = new();

    [SkippableFact]
    public async Task Two_first_runs_at_once_compile_once_even_behind_the_lock_of_a_dead_one()
    {
        var dead = await new Run(checkout.Folder, new Dictionary<string, string?>(), "bash", "-c", "echo $$").EndAsync();
        Directory.CreateDirectory(checkout.Builds);
        await File.WriteAllTextAsync(Path.Combine(checkout.Builds, "lock"), dead.Output);
        var runs = new[] { checkout.Start([], "One"), checkout.Start([], "Two") };

        var outcomes = await Task.WhenAll(runs.Select(r => r.EndAsync()));

        Assert.All(outcomes, o => o.Ended(0));
        Assert.Single(outcomes, o => o.Compiled);
        Assert.False(checkout.IsLocked);
    }

    [SkippableTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_the_run_and_leaves_nothing(string signal, int exitCode)
    {
        var run = checkout.StartHearingCtrlC("Status");
        await run.Compiling;
        await run.SignalAsync(signal);

        var outcome = (await run.EndAsync()).Ended(exitCode);
        Assert.Equal("", outcome.Output);
        Assert.Empty(Directory.GetFileSystemEntries(checkout.Builds));
    }

    public void Dispose() => checkout.Dispose();
}

using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

[Trait("Suite", "Long")]
public sealed class LockStories : Story
{
    [SkippableFact]
    public async Task A_process_that_slept_past_its_lock_sends_nothing_when_it_wakes_up()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only there a process is stopped and continued like this.");
        await using var product = await SandboxAsync();
        var build = product.Checkout;
        (await build.BuildAsync("Preflight")).Ended(0);
        // Job control gives the whole run a process group of its own; the sandbox is in another.
        var first = build.BashAsync("""
            set -m
            ./build.sh Deploy >output 2>&1 &
            until grep -q 'Release 1 of' output || ! kill -0 "$!"; do sleep 0.05; done
            kill -STOP -- "-$!"
            touch stopped
            until test -f go-on; do sleep 0.1; done
            kill -CONT -- "-$!"
            wait "$!"
            echo "ended with $?"
            cat output
            """);
        while (!File.Exists(Path.Combine(build.Folder, "stopped")))
            Assert.False(first == await Task.WhenAny(first, Task.Delay(50)), "The run was over before it was stopped.");
        await build.ReleaseAsync("1.1.0");
        (await build.BuildAsync("Deploy", "--fresh")).Ended(0).Says("The deploy lock is taken over from").Says("Result: done, release 2 (1.1.0)");
        var before = await product.Cluster.SnapshotAsync();

        build.Write("go-on", "");
        (await first).Says("Stopped: this run no longer holds the deploy lock").Says("ended with 1");

        Assert.Equal(before, await product.Cluster.SnapshotAsync());
        Assert.Equal("1.1.0", await Health.VersionAsync(await product.ApiAsync()));
    }
}

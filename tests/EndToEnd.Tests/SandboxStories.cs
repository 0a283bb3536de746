using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

[Trait("Suite", "Long")]
public sealed class SandboxStories : Story
{
    [SkippableFact]
    public async Task What_is_in_it_survives_its_end()
    {
        await using var product = await SandboxAsync();
        var build = product.Checkout;
        (await build.BuildAsync("Deploy")).Ended(0).Says("Result: done, release 1 (1.0.0)");
        var (address, first) = (await product.ApiAsync(), await product.Cluster.ImageAsync());
        await EndAsync(product);
        await ReleaseWithARevisionAsync(build, "1.1.0", "d21b7f30aa41", Head);
        (await build.BuildAsync("Deploy")).Ended(0).Says("Result: done, release 2 (1.1.0)");
        await EndAsync(product);

        (await build.BuildAsync("Rollback", "--assume-yes", "--reason", "the story says so")).Ended(0).Says("Result: done");
        Assert.Equal(first, await product.Cluster.ImageAsync());
        Assert.Equal(address, await product.ApiAsync());
        await EndAsync(product);
        (await build.BuildAsync("Rollback", "--assume-yes")).Ended(0).Says("nothing changed");
        await EndAsync(product);

        (await build.BuildAsync("History")).Ended(0).Says("1.0.0").Says("1.1.0").Says("the story says so");
        (await build.BuildAsync("Status")).Ended(0).Says("version 1.0.0").Says("3 of 3 pods ready");
        Assert.Equal("1.0.0", await Health.VersionAsync(address));
    }

    [SkippableFact]
    public async Task Ctrl_C_ends_the_pipeline_and_not_the_sandbox()
    {
        await using var product = await SandboxAsync();
        // Job control gives the job a process group of its own, which is what a terminal sends its signal to.
        var ended = await product.Checkout.BashAsync("""
            set -m
            env --default-signal=INT ./build.sh Deploy >output 2>&1 &
            until grep -q 'BuildFrontend\|BuildImage' output || ! kill -0 "$!"; do sleep 0.05; done
            kill -INT -- "-$!"
            wait "$!"
            echo "ended with $?"
            cat output
            rm output
            """);

        ended.Says("ended with 130");
        Assert.True(IsRunning(product.Endpoint.ProcessId));
        (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("Result: done, release 1 (1.0.0)");
    }

    [SkippableFact]
    public async Task A_pipe_ends_with_the_pipeline_and_not_with_the_sandbox()
    {
        await using var product = await SandboxAsync();

        (await product.Checkout.BashAsync("set -o pipefail; ./build.sh Preflight 2>&1 | cat")).Ended(0).Says("Result: done");

        Assert.True(IsRunning(product.Endpoint.ProcessId));
    }

    [SkippableFact]
    public async Task Two_beside_each_other_do_not_disturb_each_other()
    {
        await using var one = await SandboxAsync();
        await using var other = await SandboxAsync();
        await other.Checkout.ReleaseAsync("2.0.0");

        var ended = await Task.WhenAll(one.Checkout.BuildAsync("Deploy"), other.Checkout.BuildAsync("Deploy"));

        Assert.All(ended, e => e.Ended(0));
        Assert.Equal("1.0.0", await Health.VersionAsync(await one.ApiAsync()));
        Assert.Equal("2.0.0", await Health.VersionAsync(await other.ApiAsync()));
        await EndAsync(one);
        (await other.Checkout.BuildAsync("Deploy")).Ended(0).Says("nothing changed");
        Assert.Equal("2.0.0", await Health.VersionAsync(await other.ApiAsync()));
    }

    [SkippableFact]
    public async Task Nothing_listens_beyond_loopback()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux shows a process's sockets as files.");
        await using var product = await SandboxAsync();
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);

        var listening = Sockets.Listening(product.Processes);

        Assert.True(listening.Count > 8, $"Only these listen: {string.Join(", ", listening)}");
        Assert.All(listening, address => Assert.True(System.Net.IPAddress.IsLoopback(address.Address), $"{address} can be reached from elsewhere"));
    }

    [SkippableFact]
    public async Task On_a_CI_host_it_ends_with_the_run()
    {
        await using var product = await SandboxAsync();
        product.Users.Rest();
        var running = product.Checkout.BuildAsync(new Dictionary<string, string?> { ["CI"] = "true" }, "Deploy", "--profile", "sandbox");
        while (!File.Exists(product.EndpointFile))
            Assert.False(running == await Task.WhenAny(running, Task.Delay(50)), "The run was over before its sandbox began.");
        var process = product.Endpoint.ProcessId;

        (await running).Ended(0).Says("Result: done, release 1 (1.0.0)");

        for (var waited = 0; IsRunning(process) && waited < 200; waited++)
            await Task.Delay(100);
        Assert.False(IsRunning(process));
        Assert.False(File.Exists(product.EndpointFile));
    }

    [SkippableFact]
    public async Task Without_PostgreSQL_a_release_has_no_database_and_says_so()
    {
        await using var product = await SandboxAsync();
        var none = new Dictionary<string, string?> { ["PIPELINE_SANDBOX_POSTGRES"] = "none" };

        (await product.Checkout.BuildAsync(none, "Deploy")).Ended(0)
            .Says($"skipped: no PostgreSQL on this machine ({Pipeline.Sandbox.Database.PostgresBinaries.InstallCommand})").Says("Result: done, release 1 (1.0.0)");

        Assert.Equal("1.0.0", await Health.VersionAsync(await product.ApiAsync()));
        Assert.Equal(0, (await product.ObjectsAsync()).Backups);
        await product.Checkout.ReleaseAsync("1.1.0");
        (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("Result: done, release 2 (1.1.0)");
        (await product.Checkout.BuildAsync("Rollback", "--assume-yes", "--reason", "the story says so")).Ended(0).Says("Result: done");
        Assert.Equal("1.0.0", await Health.VersionAsync(await product.ApiAsync()));
    }

    private static async Task EndAsync(SandboxProduct product)
    {
        var process = product.Endpoint.ProcessId;
        product.Users.Rest();
        (await product.Checkout.BuildAsync("Sandbox", "--stop")).Ended(0).Says("The sandbox was stopped");
        Assert.False(File.Exists(product.EndpointFile));
        for (var waited = 0; IsRunning(process) && waited < 50; waited++)
            await Task.Delay(100);
        Assert.False(IsRunning(process));
        product.Users.Return();
    }

    private static bool IsRunning(int process)
    {
        try
        {
            using var found = System.Diagnostics.Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

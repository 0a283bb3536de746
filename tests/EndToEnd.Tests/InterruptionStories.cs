using System.Globalization;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

public abstract partial class InterruptionStories : Story
{
    private readonly Place place;

    private protected InterruptionStories(Place place) => this.place = place;

    [SkippableFact]
    public async Task A_run_that_is_ended_again_and_again_is_gone_on_with_by_the_same_command()
    {
        await using var product = await ProductAsync(place);
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        Skip.IfNot(product.HasDatabase, "There is no PostgreSQL, so nothing is backed up and migrated.");
        await ReleaseWithARevisionAsync(product.Checkout, "1.1.0", "d21b7f30aa41", Head);

        foreach (var sight in (string[])["Dumping '", "Schema: to apply", "Deployment/dataset-management-api: changed", "Invalidation "])
        {
            var ended = (await EndAtAsync(product.Checkout, sight)).Ended(130).Says("Result: stopped in ").Says("nothing was undone").Says("the same command proves what is done and goes on");
            // Five seconds are for the lock; the program's own end takes longer on a machine with much else to do.
            Assert.InRange(int.Parse(Took().Match(ended.Output).Groups[1].Value, CultureInfo.InvariantCulture), 0, 15_000);
            Assert.Equal("", await product.Kubectl.RunAsync("get", "lease", "pipeline-deploy", "--output", "jsonpath={.spec.holderIdentity}"));
        }

        (await product.Checkout.BuildAsync("Deploy")).Ended(0).Says("Going on with release 2 (1.1.0)").Says("release 2 (1.1.0)").Says("way back     release 1 (1.0.0): image, pages, manifests there");
        Assert.Equal("1.1.0", await Health.VersionAsync(await product.ApiAsync()));
    }

    // Signalled as a CI host does it: the program itself, without a terminal.
    private protected static Task<Outcome> EndAtAsync(Checkout build, string sight) => build.BashAsync($"""
        ./build.sh Deploy >output 2>&1 </dev/null &
        run=$!
        until grep -qF "{sight}" output || ! kill -0 "$run" 2>/dev/null; do sleep 0.02; done
        began=$(date +%s%N)
        kill -TERM "$run"
        wait "$run"
        code=$?
        echo "ended after $(( ($(date +%s%N) - began) / 1000000 )) ms"
        cat output
        rm output
        exit $code
        """);

    [GeneratedRegex(@"ended after (\d+) ms")]
    private static partial Regex Took();
}

[Trait("Suite", "Long")]
public sealed class InterruptionStoriesOnTheTestBed() : InterruptionStories(Place.TestBed);

[Trait("Suite", "Long")]
public sealed class InterruptionStoriesInTheSandbox() : InterruptionStories(Place.Sandbox)
{
    [SkippableFact]
    public async Task What_an_interrupted_run_made_and_others_deleted_since_is_made_again()
    {
        await using var product = await SandboxAsync();
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        Skip.IfNot(product.HasDatabase, "There is no PostgreSQL, so nothing is backed up and migrated.");
        await ReleaseWithARevisionAsync(product.Checkout, "1.1.0", "d21b7f30aa41", Head);
        (await EndAtAsync(product.Checkout, "Schema: to apply")).Ended(130);
        await product.DeleteImageAsync("1.1.0");
        await product.DeleteBackupsAsync();

        (await product.Checkout.BuildAsync("Deploy")).Ended(0)
            .Says("Going on with release 2 (1.1.0)").Says("done, and proven again now").Says("is not in the bucket").Says("Pushing ").Says("read back and proven");

        Assert.Equal("1.1.0", await Health.VersionAsync(await product.ApiAsync()));
        Assert.Equal(1, (await product.ObjectsAsync()).Backups);
    }

    [SkippableFact]
    public async Task A_first_release_that_was_interrupted_is_taken_back_whole()
    {
        await using var product = await SandboxAsync();
        (await product.Checkout.BuildAsync("Preflight")).Ended(0);
        // Before the first release there was nothing, so that users get nothing again is right.
        product.Users.Rest();
        (await EndAtAsync(product.Checkout, "Invalidation ")).Ended(130);
        await product.SwitchAsync("edge-5xx:1000");

        (await product.Checkout.BuildAsync("Deploy", "--verify-timeout", "5s")).Ended(3).Says("Result: FAILED, and put back, release 1 (1.0.0)");

        Assert.Equal("", await product.Kubectl.RunAsync("get", "deployments,services,pods,configmaps", "--selector", "pipeline/applied", "--output", "name"));
        Assert.Null(await product.PageAsync("index.html"));
    }

    [SkippableTheory]
    [InlineData("f", 0, "Going on as if nothing had been pressed.", "1.1.0")]
    [InlineData("u", 3, "Result: FAILED, and put back", "1.0.0")]
    [InlineData("l", 130, "Leaving; what was done stays.", null)]
    [InlineData("\\003", 130, "Result: stopped in ", null)]
    public async Task At_a_terminal_Ctrl_C_asks_and_does_what_is_answered(string key, int code, string says, string? version)
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "This machine has no 'script', which makes a terminal.");
        await using var product = await SandboxAsync();
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        product.Checkout.Edit("k8s/config.yaml", "LOG_LEVEL: info", "LOG_LEVEL: debug");
        await product.Checkout.ReleaseAsync("1.1.0");
        // What follows the pods takes seconds, so that the question and its answer come while the run is at work.
        await product.SwitchAsync("s3-slow:1");

        // Whoever was started in the background ignores Ctrl-C, and so does all that it starts.
        (await product.Checkout.BashAsync($"""
            set -m
            mkfifo keys
            exec 3<>keys
            TERM=xterm script --quiet --return --flush --command 'exec env --default-signal=INT ./build.sh Deploy' /dev/null <&3 >output 2>&1 &
            run=$!
            until grep -q 'new pods ready' output || ! kill -0 "$run" 2>/dev/null; do sleep 0.02; done
            printf '\003' >&3
            until grep -q 'finish: goes on' output || ! kill -0 "$run" 2>/dev/null; do sleep 0.02; done
            printf '{key}' >&3
            wait "$run"
            code=$?
            cat output
            exit $code
            """)).Ended(code).Says(says);

        await product.SwitchAsync();
        if (version is not null)
            Assert.Equal(version, await Health.VersionAsync(await product.ApiAsync()));
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
    }
}

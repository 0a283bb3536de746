using EndToEnd.Tests.Bed;

namespace EndToEnd.Tests;

[Trait("Suite", "Long")]
public sealed class ConfirmationStories : Story
{
    [SkippableTheory]
    [InlineData("./build.sh Rollback | cat", "n", 4, "Not confirmed. Nothing was changed.", "1.1.0")]
    [InlineData("./build.sh Rollback | cat", "y", 0, "Result: done", "1.0.0")]
    [InlineData("./build.sh Rollback 2>errors", "n", 4, "Not confirmed. Nothing was changed.", "1.1.0")]
    public async Task A_rollback_asks_also_where_one_of_its_streams_goes_elsewhere(string command, string answer, int code, string says, string version)
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "This machine has no 'script', which makes a terminal.");
        await using var product = await SandboxAsync();
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);
        await product.Checkout.ReleaseAsync("1.1.0");
        (await product.Checkout.BuildAsync("Deploy")).Ended(0);

        (await product.Checkout.BashAsync($"""
            mkfifo keys
            exec 3<>keys
            TERM=xterm script --quiet --return --flush --command 'exec bash -c "set -o pipefail; {command}"' /dev/null <&3 >output 2>&1 &
            run=$!
            until grep -qF 'Go on? ' output || ! kill -0 "$run" 2>/dev/null; do sleep 0.02; done
            printf '{answer}\n' >&3
            wait "$run"
            code=$?
            cat output errors 2>/dev/null
            exit $code
            """)).Ended(code).Says(says);

        Assert.Equal(version, await Health.VersionAsync(await product.ApiAsync()));
    }
}

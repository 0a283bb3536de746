using Build.Tests.Running;

namespace Build.Tests.Bootstrap;

[Trait("Suite", "Long")]
public sealed class BuildScriptTests : IDisposable
{
    private readonly SmallProgram checkout = new();

    [SkippableFact]
    public async Task Sources_are_compiled_once_and_again_when_one_changes_or_goes()
    {
        (await checkout.BuildAsync("First")).Ended(0).Compiles(true);
        (await checkout.BuildAsync("Second")).Ended(0).Compiles(false);
        File.SetLastWriteTimeUtc(checkout.At(SmallProgram.Source), DateTime.UtcNow);
        (await checkout.BuildAsync("Touched")).Ended(0).Compiles(true);
        File.Delete(checkout.At("build/Deleted.cs"));
        (await checkout.BuildAsync("Deleted")).Ended(0).Compiles(true);

        var last = await ThroughALinkFromElsewhereAsync("a b", "7", "", "\"quoted\"");

        Assert.Equal($"a b|7||\"quoted\"\nroot {checkout.Folder}\nprofile staging\n", last.Ended(7).Output);
        Assert.Equal("", last.Errors);
        Assert.Equal(3, Directory.GetDirectories(checkout.Builds).Length);
        Assert.False(checkout.IsLocked);
    }

    public void Dispose() => checkout.Dispose();

    private async Task<Outcome> ThroughALinkFromElsewhereAsync(params string[] arguments)
    {
        using var elsewhere = new Checkout();
        var link = elsewhere.At("shortcut");
        File.CreateSymbolicLink(link, checkout.At("build.sh"));
        return await new Run(elsewhere.Folder, new Dictionary<string, string?> { ["PIPELINE_PROFILE"] = "staging" }, link, arguments).EndAsync();
    }
}

namespace Build.Tests.Bootstrap;

[Trait("Suite", "Long")]
public sealed class BrokenSourcesTests : IDisposable
{
    private readonly SmallProgram checkout = new();

    [SkippableFact]
    public async Task When_nothing_compiles_a_release_fails_and_an_incident_goes_on_with_the_last_good_build()
    {
        (await checkout.BuildAsync("First")).Ended(0);
        checkout.Break();

        var deploy = (await checkout.BuildAsync("Deploy")).Ended(2);
        Assert.Contains("\nbuild/Program.cs(1,19): error CS1002: ; expected\n", deploy.Errors, StringComparison.Ordinal);
        Assert.Contains("\nError: the build does not compile. Everything the compiler said is in '", deploy.Errors, StringComparison.Ordinal);
        Assert.Equal("", deploy.Output);

        var status = (await checkout.BuildAsync("--profile", "production", "status", "--verbosity", "quiet")).Ended(0);
        Assert.StartsWith("--profile|production|status|--verbosity|quiet\n", status.Output, StringComparison.Ordinal);
        Assert.Contains("\nWarning: the build cannot be compiled (see '", status.Errors, StringComparison.Ordinal);

        checkout.NeedUnknownPackage();
        var rollback = (await checkout.BuildAsync("Rollback")).Ended(0);
        Assert.Contains("running the last good one, ", rollback.Errors, StringComparison.Ordinal);
        Assert.False(checkout.IsLocked);
    }

    public void Dispose() => checkout.Dispose();
}

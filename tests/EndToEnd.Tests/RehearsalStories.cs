using System.Text.RegularExpressions;
using EndToEnd.Tests.Bed;
using Pipeline.Sandbox.Faults;

namespace EndToEnd.Tests;

/// <summary>Every fault ends as its entry in the catalog says: the comparison is the command's own.</summary>
/// <remarks><c>REHEARSE</c> picks those whose name matches a pattern.</remarks>
[Trait("Suite", "Long")]
public sealed class RehearsalStories(RehearsalCheckout checkout) : Story, IClassFixture<RehearsalCheckout>
{
    public static TheoryData<string> Faults => [.. FaultCatalog.All.Select(f => f.Name).Where(f => Regex.IsMatch(f, Environment.GetEnvironmentVariable("REHEARSE") ?? ""))];

    [SkippableTheory]
    [MemberData(nameof(Faults))]
    public async Task A_rehearsal_ends_as_documented(string fault)
    {
        Skip.If(OperatingSystem.IsWindows(), "Stories are told to build.sh, which needs bash.");

        (await checkout.RehearseAsync(fault)).Ended(0);
    }

    [SkippableFact]
    public async Task A_fault_that_there_is_not_is_refused_with_those_that_are()
    {
        Skip.If(OperatingSystem.IsWindows(), "Stories are told to build.sh, which needs bash.");

        (await checkout.RehearseAsync("nope")).Ended(2).Says("image-not-found");
    }
}

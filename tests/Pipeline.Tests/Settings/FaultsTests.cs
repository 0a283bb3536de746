using Pipeline.Errors;
using Pipeline.Settings;

namespace Pipeline.Tests.Settings;

public sealed class FaultsTests
{
    private readonly Faults faults = new();

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("1.5h", 5400)]
    [InlineData("500ms", 0.5)]
    public void A_duration_is_a_number_and_a_unit(string text, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), faults.Duration("RolloutTimeout", text, TimeSpan.Zero));
        Assert.True(faults.None);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("ten minutes")]
    [InlineData("-5m")]
    [InlineData("0s")]
    [InlineData("10d")]
    public void Anything_else_is_refused_by_its_flag(string text)
    {
        faults.Duration("RolloutTimeout", text, TimeSpan.Zero);

        var error = Assert.Throws<UsageException>(faults.ThrowIfAny);
        Assert.StartsWith("--rollout-timeout: '" + text + "'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        faults.Require("KubeContext", " ", "the context");
        faults.Address("ApiUrl", "api.example.com");
        faults.Number("KeepReleases", "1", 20, 2, 500);

        var error = Assert.Throws<UsageException>(faults.ThrowIfAny);
        Assert.Equal(3, error.Faults.Count);
        Assert.Contains("PIPELINE_KUBE_CONTEXT", error.Faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_never_formatted() => Assert.Equal("***", $"{new Secret("hunter22")}");
}

using System.Text.Json;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>What came of a situation on a real cluster.</summary>
/// <param name="Outcome"><c>failed</c>, or <c>done</c>.</param>
/// <param name="Condition">What decided, as the hint tells it; null when nothing did.</param>
/// <param name="Seconds">From the apply to the verdict.</param>
/// <param name="AfterSign">Seconds from the sign in the cluster's own answer to the verdict; null when none was waited for.</param>
/// <param name="Speed">How much faster than the cluster's the clock of the graces ran.</param>
internal sealed record LiveVerdict(string Outcome, string? Condition, double Seconds, double? AfterSign, int Speed)
{
    private static readonly JsonSerializerOptions Lines = new() { WriteIndented = true };

    /// <summary>Where the figures of the last measured run are kept.</summary>
    public static string FilePath => Path.Combine(RepositoryRoot.Path, "tests", "Sandbox.Tests", "Verdicts", "live.json");

    /// <summary>The figures of the last measured run, by situation.</summary>
    public static IReadOnlyDictionary<string, LiveVerdict> Kept() =>
        JsonSerializer.Deserialize<SortedDictionary<string, LiveVerdict>>(File.ReadAllText(FilePath))!;

    /// <summary>Keeps the figures of this run instead.</summary>
    public static Task KeepAsync(SortedDictionary<string, LiveVerdict> all) => File.WriteAllTextAsync(FilePath, JsonSerializer.Serialize(all, Lines) + "\n");
}

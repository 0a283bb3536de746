using Nuke.Common.Tooling;

namespace Nuke.Common.Execution;

/// <summary>What a running target wants to stand beside its name at the end.</summary>
internal static class ReportedSummary
{
    private static readonly AsyncLocal<Dictionary<string, string>?> Pairs = new();

    /// <summary>From here on, reports of this flow belong to one target.</summary>
    public static IReadOnlyDictionary<string, string> Begin() => Pairs.Value = [];

    /// <summary>Replaces what the target of this flow reported before.</summary>
    public static void Report(Configure<Dictionary<string, string>>? configurator)
    {
        var pairs = Pairs.Value ?? throw new InvalidOperationException("ReportSummary is called outside a running target.");
        var reported = configurator?.Invoke([]) ?? [];
        pairs.Clear();
        foreach (var (name, value) in reported)
            pairs[name] = value;
    }
}

using Pipeline.Preflight;

namespace Pipeline.Releases;

/// <summary>Keeps what servers and programs said from growing a record out of its room; the log and the evidence have the whole of it.</summary>
internal static class RecordTexts
{
    private const int LongestError = 8_000;
    private const int LongestFinding = 2_000;

    /// <summary>The release with every text of another program cut to a length that a person reads.</summary>
    public static Release Shortened(Release release) => release with
    {
        Steps = [.. release.Steps.Select(s => s with { Error = Cut(s.Error, LongestError) })],
        Preflight = Shortened(release.Preflight),
        LastLook = Shortened(release.LastLook),
        Verification = release.Verification is { } seen ? new([.. seen.Probes.Select(p => p with { Found = Cut(p.Found, LongestFinding)! })]) : null,
    };

    private static PreflightResult? Shortened(PreflightResult? result) => result is null ? null
        : new([.. result.Findings.Select(f => f with { Found = Cut(f.Found, LongestFinding)!, Advice = Cut(f.Advice, LongestFinding) })]);

    private static string? Cut(string? text, int longest) => text is { } all && all.Length > longest ? $"{all[..longest]}… ({all.Length - longest} more characters)" : text;
}

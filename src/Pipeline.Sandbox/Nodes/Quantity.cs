using System.Globalization;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Reads amounts as manifests write them.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40),
        ("n", 0.000_000_001m), ("u", 0.000_001m), ("m", 0.001m), ("k", 1000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("", 1),
    ];

    /// <summary>The amount: <c>250m</c> is 0.25, <c>2Gi</c> is 2147483648; zero for nothing and for nonsense, which the API refuses before.</summary>
    public static decimal Parse(string? text)
    {
        if (text is null)
            return 0;
        var (suffix, factor) = Suffixes.First(s => text.EndsWith(s.Suffix, StringComparison.Ordinal));
        return decimal.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number * factor : 0;
    }
}

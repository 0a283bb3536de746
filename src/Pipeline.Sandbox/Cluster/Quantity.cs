using System.Globalization;

namespace Pipeline.Sandbox.Cluster;

/// <summary>Amounts as Kubernetes writes them: <c>250m</c>, <c>1.5</c>, <c>2Gi</c>, <c>1e3</c>.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m),
    ];

    public static bool TryParse(string? text, out decimal amount)
    {
        var (suffix, factor) = Array.Find(Suffixes, s => text?.EndsWith(s.Suffix, StringComparison.Ordinal) == true);
        var digits = text?[..^(suffix?.Length ?? 0)];
        var isNumber = decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out amount);
        amount *= suffix is null ? 1 : factor;
        return isNumber;
    }

    /// <summary>The amount; zero when it cannot be read.</summary>
    public static decimal Parse(string? text) => TryParse(text, out var amount) ? amount : 0;

    /// <summary>Cores as <c>1500m</c> or <c>2</c>.</summary>
    public static string Cores(decimal cores) => cores == Math.Truncate(cores) ? $"{cores:0}" : $"{Math.Ceiling(cores * 1000):0}m";

    /// <summary>Bytes in the largest binary unit that holds them exactly.</summary>
    public static string Bytes(decimal bytes)
    {
        foreach (var (suffix, factor) in Suffixes.Take(5).Reverse())
            if (bytes >= factor && bytes % factor == 0)
                return $"{bytes / factor:0}{suffix}";
        return $"{Math.Ceiling(bytes):0}";
    }
}

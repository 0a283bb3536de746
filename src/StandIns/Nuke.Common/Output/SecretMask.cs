namespace Nuke.Common.Output;

/// <summary>Masks the values of secrets in a text.</summary>
internal sealed class SecretMask(IEnumerable<string> secrets)
{
    // A shorter value would mask half of ordinary words.
    private const int Shortest = 4;
    private readonly string[] values = [.. secrets.Where(s => s.Length >= Shortest).Distinct().OrderByDescending(s => s.Length)];

    public string Apply(string text) => values.Aggregate(text, (masked, secret) => masked.Replace(secret, "***", StringComparison.Ordinal));
}

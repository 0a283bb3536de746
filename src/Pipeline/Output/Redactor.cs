using System.Text.RegularExpressions;
using Pipeline.Settings;

namespace Pipeline.Output;

/// <summary>Masks every known secret, and every password inside a connection address, in a text.</summary>
public sealed partial class Redactor
{
    // A shorter value would mask half of ordinary words.
    private const int ShortestSecret = 4;
    private const string Mask = "***";
    private readonly Lock gate = new();
    private volatile string[] secrets = [];

    /// <summary>Masks <paramref name="secret"/>, also in its URL-encoded form, from now on.</summary>
    public void Hide(Secret? secret)
    {
        if (secret is null || secret.Reveal().Length < ShortestSecret)
            return;
        var value = secret.Reveal();
        lock (gate)
            secrets = [.. secrets.Append(value).Append(Uri.EscapeDataString(value)).Distinct().OrderByDescending(s => s.Length)];
    }

    /// <summary>The text without its secrets.</summary>
    public string Redact(string text)
    {
        foreach (var secret in secrets)
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return text.Contains("://", StringComparison.Ordinal) ? PasswordInAddress().Replace(text, "${before}" + Mask + "@") : text;
    }

    // postgresql://user:password@host
    [GeneratedRegex(@"(?<before>[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s:@]*:)[^/\s@]+@", RegexOptions.ExplicitCapture)]
    private static partial Regex PasswordInAddress();
}

using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Settings;

namespace Pipeline.Output;

/// <summary>Masks every known secret, and every password inside a connection address, in a text.</summary>
public sealed partial class Redactor
{
    // A shorter value would mask half of ordinary words.
    private const int ShortestSecret = 4;

    // A shorter line is a word of a text rather than a part of a key.
    private const int ShortestLine = 16;
    private const string Mask = "***";
    private readonly Lock gate = new();
    private volatile string[] secrets = [];

    /// <summary>
    /// Masks <paramref name="secret"/> from now on, also as an address, a Kubernetes Secret and JSON write it, without newlines at its end,
    /// and each long line of it.
    /// </summary>
    public void Hide(Secret? secret)
    {
        var stored = secret?.Reveal() ?? "";
        // kubectl create secret --from-file keeps a file's last newline, and no program prints it with the password.
        var value = stored.TrimEnd('\r', '\n');
        if (value.Length < ShortestSecret)
            return;
        lock (gate)
            secrets = [.. secrets.Union([value, Uri.EscapeDataString(value), Base64(value), Base64(stored), Json(value), .. Lines(value), .. Lines(value).Select(Json)])];
    }

    /// <summary>The text without its secrets.</summary>
    public string Redact(string text)
    {
        text = WithoutSecrets(text);
        return text.Contains("://", StringComparison.Ordinal) ? PasswordInAddress().Replace(text, "${before}" + Mask + "@") : text;
    }

    // Output that is masked line by line never holds a private key whole. A line of dashes is no secret, but the rule of many a table.
    private static IEnumerable<string> Lines(string value) =>
        value.Split('\n', StringSplitOptions.TrimEntries).Where(l => l.Length >= ShortestLine && !l.Any(char.IsWhiteSpace) && l.Any(char.IsLetterOrDigit));

    private static string Base64(string value) => Convert.ToBase64String(Encoding.UTF8.GetBytes(value));

    private static string Json(string value) => JsonEncodedText.Encode(value).Value;

    // Everything is found before anything is replaced: of two secrets that overlap, neither may leave its rest.
    private string WithoutSecrets(string text)
    {
        var found = new List<(int From, int To)>();
        foreach (var secret in secrets)
            for (var at = text.IndexOf(secret, StringComparison.Ordinal); at >= 0; at = text.IndexOf(secret, at + 1, StringComparison.Ordinal))
                found.Add((at, at + secret.Length));
        if (found.Count == 0)
            return text;
        found.Sort();
        var (masked, end) = (new StringBuilder(text.Length), 0);
        foreach (var (from, to) in found)
        {
            if (from >= end)
                masked.Append(text, end, from - end).Append(Mask);
            end = Math.Max(end, to);
        }

        return masked.Append(text, end, text.Length - end).ToString();
    }

    // postgresql://user:password@host, the password perhaps with an @ that should have been encoded.
    [GeneratedRegex(@"(?<before>[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s:@]*:)[^/\s]+@", RegexOptions.ExplicitCapture)]
    private static partial Regex PasswordInAddress();
}

using System.Text;

namespace Pipeline.Incidents;

/// <summary>What clusters and people wrote, as text that no reader acts on.</summary>
internal static class ReportText
{
    /// <summary>Without control characters, such as those that colour a terminal, and without those that turn the direction of reading.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
            if (rune.Value is '\n' or '\t' || !(Rune.IsControl(rune) || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)))
                clean.Append(rune);
        return clean.ToString();
    }
}

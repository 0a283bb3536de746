using System.Text.RegularExpressions;
using Pipeline.Releases;

namespace Pipeline.Previews;

/// <summary>Writes a preview so that it fits a terminal of 80 columns beside the target's name; longer lines go on below, nothing is cut.</summary>
/// <param name="context">Masks what is secret.</param>
internal sealed partial class PreviewText(StepContext context)
{
    /// <summary>Stands for the digest of an image that is not at the registry.</summary>
    public static readonly string UnknownDigest = $"sha256:{new string('0', 64)}";

    private const int Width = 64;

    /// <summary>A heading.</summary>
    public void Title(string text) => Write("", text);

    /// <summary>A line below a heading.</summary>
    public void Line(string text) => Write("  ", text);

    /// <summary>A field, before and after.</summary>
    public void Change(FieldChange change)
    {
        var whole = $"{change.Path}: {Shown(change.Before) ?? "(none)"} → {Shown(change.After) ?? "(none)"}";
        if (whole.Length + 6 <= Width && !whole.Contains('\n', StringComparison.Ordinal))
        {
            Write("      ", whole);
            return;
        }

        Write("      ", change.Path);
        Write("      - ", Shown(change.Before));
        Write("      + ", Shown(change.After));
    }

    /// <summary>A text of several lines.</summary>
    public void Block(string text) => Write("      ", text);

    private static string? Shown(string? value) => value is null
        ? null
        : Digest().Replace(value.Replace(UnknownDigest, "(known once it is pushed)", StringComparison.Ordinal), "${start}…");

    private void Write(string indent, string? text)
    {
        foreach (var line in text?.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n') ?? [])
            for (var at = 0; at == 0 || at < line.Length; at += Width - indent.Length)
                context.Log.Information("{Line:l}", indent + line[at..Math.Min(line.Length, at + Width - indent.Length)]);
    }

    // Twelve characters of a digest tell it from any other that a person compares it with.
    [GeneratedRegex("(?<start>sha256:[0-9a-f]{12})[0-9a-f]{52}")]
    private static partial Regex Digest();
}

using System.Text.RegularExpressions;
using Pipeline.Runs;

namespace Pipeline.Previews;

/// <summary>Writes a preview so that it fits a terminal of 80 columns beside the target's name; longer lines go on below, nothing is cut.</summary>
/// <param name="context">Masks what is secret.</param>
internal sealed partial class PreviewText(StepContext context)
{
    /// <summary>Stands for the digest of an image that is not at the registry.</summary>
    public static readonly string UnknownDigest = $"sha256:{new string('0', 64)}";

    private const int Width = 64;
    private const string FieldIndent = "    ";

    /// <summary>A heading.</summary>
    public void Title(string text) => Write("", text);

    /// <summary>A line below a heading.</summary>
    public void Line(string text) => Write("  ", text);

    /// <summary>A field: one that is new or goes with what it says, another with both.</summary>
    public void Change(FieldChange change)
    {
        var (before, after) = (Shown(change.Before), Shown(change.After));
        var line = before is null ? $"+ {change.Path}: {after}" : after is null ? $"- {change.Path}: {before}" : $"  {change.Path}: {before} → {after}";
        if (before is null || after is null || line.Length + FieldIndent.Length <= Width)
        {
            Write(FieldIndent, line);
            return;
        }

        Write(FieldIndent, $"  {change.Path}");
        Write(FieldIndent, $"    - {before}");
        Write(FieldIndent, $"    + {after}");
    }

    /// <summary>A text of several lines.</summary>
    public void Block(string text) => Write(FieldIndent, text);

    /// <summary>A value in which every digest is <see cref="UnknownDigest"/>.</summary>
    public static string? WithoutDigest(string? value) => value is null ? null : Digest().Replace(value, UnknownDigest);

    private static string? Shown(string? value) => value is null
        ? null
        : Digest().Replace(value.Replace(UnknownDigest, "(known once it is pushed)", StringComparison.Ordinal), "${start}…");

    private void Write(string indent, string? text)
    {
        foreach (var line in text?.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n') ?? [])
        {
            var further = indent + new string(' ', line.Length - line.AsSpan().TrimStart(" +-~").Length);
            var (rest, start) = (line, indent);
            while (rest.Length > Width - start.Length)
            {
                var end = EndOf(rest, Width - start.Length, line.Length - line.TrimStart().Length);
                context.Log.Information("{Line:l}", (start + rest[..end]).TrimEnd());
                (rest, start) = (rest[end..].TrimStart(' '), further);
            }

            context.Log.Information("{Line:l}", (start + rest).TrimEnd());
        }
    }

    // After a space, or before what begins the next part of a path or an image's name; a word longer than a line is broken where that ends.
    private static int EndOf(string text, int width, int least)
    {
        for (var end = width; end > Math.Max(width / 2, least); end--)
            if (text[end - 1] == ' ' || text[end] is ' ' or '.' or '[' or '/' or '@')
                return end;
        return width;
    }

    // Twelve characters of a digest tell it from any other that a person compares it with.
    [GeneratedRegex("(?<start>sha256:[0-9a-f]{12})[0-9a-f]{52}")]
    private static partial Regex Digest();
}

using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Images;

/// <summary>One line of a <c>.dockerignore</c>.</summary>
internal sealed class DockerIgnoreRule
{
    private static readonly char[] Wildcards = ['*', '?', '[', '\\'];
    private readonly Regex regex;
    private readonly string[] literalStart;

    private DockerIgnoreRule(string pattern, bool isException)
    {
        IsException = isException;
        literalStart = [.. pattern.Split('/').TakeWhile(part => part.IndexOfAny(Wildcards) < 0)];
        regex = new Regex(@"\A(?:" + Translate(pattern) + @")\z", RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }

    /// <summary>True for a line that begins with <c>!</c>: what it matches is sent again.</summary>
    public bool IsException { get; }

    /// <summary>The rule in a line, or null for an empty line or a comment.</summary>
    /// <exception cref="FormatException">The line is no pattern.</exception>
    public static DockerIgnoreRule? Parse(string line, int number)
    {
        var text = line.Trim();
        if (text.Length == 0 || line.StartsWith('#'))
            return null;
        var isException = text[0] == '!';
        var pattern = Clean(isException ? text[1..].Trim() : text);
        try
        {
            return pattern.Length == 0
                ? throw new FormatException("it names nothing")
                : new DockerIgnoreRule(pattern, isException);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new FormatException($"line {number}: '{text}' is no pattern: {e.Message}.", e);
        }
    }

    /// <summary>True when the rule names the path or a folder above it.</summary>
    public bool Matches(string path)
    {
        for (var end = path.IndexOf('/', StringComparison.Ordinal); end >= 0; end = path.IndexOf('/', end + 1))
            if (regex.IsMatch(path[..end]))
                return true;
        return regex.IsMatch(path);
    }

    /// <summary>False only when the literal beginning of the pattern leads elsewhere.</summary>
    public bool MayMatchBelow(string folder) => folder.Split('/').Zip(literalStart).All(pair => pair.First == pair.Second);

    // Patterns are relative to the folder, whatever they begin with; "a//b/./c/" is "a/b/c".
    private static string Clean(string pattern)
    {
        var parts = new List<string>();
        foreach (var part in pattern.Split('/').Where(p => p is not ("" or ".")))
            if (part == ".." && parts is [.., not ".."])
                parts.RemoveAt(parts.Count - 1);
            else
                parts.Add(part);
        return pattern.Length > 0 && parts.Count == 0 ? "." : string.Join('/', parts);
    }

    private static string Translate(string pattern)
    {
        var regex = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
            i = pattern[i] switch
            {
                '*' when pattern.AsSpan(i).StartsWith("**") => Anywhere(pattern, i, regex),
                '*' => Append("[^/]*", i),
                '?' => Append("[^/]", i),
                '[' => Class(pattern, i, regex),
                '\\' when i + 1 == pattern.Length => throw new FormatException(@"nothing follows its last '\'"),
                '\\' => Append(Regex.Escape(pattern[i + 1].ToString()), i + 1),
                _ => Append(Regex.Escape(pattern[i].ToString()), i),
            };
        return regex.ToString();

        int Append(string text, int last)
        {
            regex.Append(text);
            return last;
        }
    }

    // "**" stands for any number of folders, also none.
    private static int Anywhere(string pattern, int start, StringBuilder regex)
    {
        var last = start + 1;
        if (last + 1 < pattern.Length && pattern[last + 1] == '/')
            last++;
        regex.Append(last + 1 == pattern.Length ? ".*" : "(?:.*/)?");
        return last;
    }

    private static int Class(string pattern, int start, StringBuilder regex)
    {
        var end = pattern.IndexOf(']', start + 1);
        if (end <= start + 1)
            throw new FormatException("a '[' is not closed");
        // "[" inside a class would begin a subtraction in .NET's expressions.
        regex.Append('[').Append(pattern[(start + 1)..end].Replace("[", @"\[", StringComparison.Ordinal)).Append(']');
        return end;
    }
}

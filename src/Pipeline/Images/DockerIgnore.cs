using Pipeline.Errors;

namespace Pipeline.Images;

/// <summary>Which files of a folder are not sent to the engine: the rules of its <c>.dockerignore</c>, where the last one that matches decides.</summary>
public sealed class DockerIgnore
{
    /// <summary>The file's name.</summary>
    public const string FileName = ".dockerignore";

    private readonly List<DockerIgnoreRule> rules = [];

    /// <param name="lines">The file's lines.</param>
    /// <exception cref="FormatException">A line is no pattern.</exception>
    public DockerIgnore(IEnumerable<string> lines)
    {
        foreach (var (number, line) in lines.Index())
            if (DockerIgnoreRule.Parse(number == 0 ? line.TrimStart('\uFEFF') : line, number + 1) is { } rule)
                rules.Add(rule);
    }

    /// <summary>The rules in the folder's file; none when it has no such file.</summary>
    /// <exception cref="UsageException">A line is no pattern.</exception>
    public static DockerIgnore Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return new DockerIgnore(File.Exists(path) ? File.ReadLines(path) : []);
        }
        catch (FormatException e)
        {
            throw new UsageException($"'{path}' {e.Message}");
        }
    }

    /// <summary>True when the file or folder is not sent.</summary>
    /// <param name="path">Relative to the folder, with slashes.</param>
    public bool Ignores(string path) => rules.LastOrDefault(rule => rule.Matches(path)) is { IsException: false };

    /// <summary>True when nothing below the ignored folder can be sent, so that it need not be read.</summary>
    public bool IgnoresAllBelow(string folder) => Ignores(folder) && !rules.Any(rule => rule.IsException && rule.MayMatchBelow(folder));
}

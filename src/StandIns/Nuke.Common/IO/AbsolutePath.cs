#nullable disable
namespace Nuke.Common.IO;

/// <summary>A whole path.</summary>
public class AbsolutePath
{
    private readonly string path;

    private AbsolutePath(string path) => this.path = path;

    /// <summary>The last part.</summary>
    public string Name => Path.GetFileName(path);

    /// <summary>The folder above; null at the top.</summary>
    public AbsolutePath Parent => Path.GetDirectoryName(path) is { } parent ? new AbsolutePath(parent) : null;

    /// <summary>The path below.</summary>
    public static AbsolutePath operator /(AbsolutePath left, string right) => Path.Combine(left.path, right ?? "");

    /// <summary>The path as text.</summary>
    public static implicit operator string(AbsolutePath path) => path?.ToString();

    /// <summary>A whole path from text.</summary>
    /// <exception cref="ArgumentException">The text is a relative path.</exception>
    public static implicit operator AbsolutePath(string path) => path switch
    {
        null => null,
        _ when Path.IsPathRooted(path) => new AbsolutePath(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))),
        _ => throw new ArgumentException($"'{path}' is not a whole path.", nameof(path)),
    };

    /// <inheritdoc />
    public override string ToString() => path;

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is AbsolutePath other && other.path == path;

    /// <inheritdoc />
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(path);
}

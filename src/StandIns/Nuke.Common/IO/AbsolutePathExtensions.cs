#nullable disable
namespace Nuke.Common.IO;

/// <summary>What is at a path.</summary>
public static class AbsolutePathExtensions
{
    /// <summary>True when a file is there.</summary>
    public static bool FileExists(this AbsolutePath path) => File.Exists(path);

    /// <summary>True when a folder is there.</summary>
    public static bool DirectoryExists(this AbsolutePath path) => Directory.Exists(path);

    /// <summary>Makes the folder and those above it; leaves what is there.</summary>
    public static AbsolutePath CreateDirectory(this AbsolutePath path)
    {
        Directory.CreateDirectory(path);
        return path;
    }
}

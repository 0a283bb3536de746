namespace Pipeline.Sandbox.Registry;

/// <summary>Files that are there with all of their content or not at all, also after a crash.</summary>
internal static class WholeFile
{
    /// <summary>Stands in the name of a file that is not whole yet, and in no tag or digest.</summary>
    public const char Unfinished = '~';

    /// <summary>Writes beside the file, then renames.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}{Unfinished}{Guid.NewGuid():N}";
        File.WriteAllBytes(unfinished, content);
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Gives a file that is named by its content its name. One that is there already has the same content.</summary>
    public static void Adopt(string unfinished, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            File.Move(unfinished, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(unfinished);
        }
    }
}

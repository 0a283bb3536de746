namespace Nuke.Common.Execution;

/// <summary>Finds the folder that holds <c>.nuke</c>.</summary>
internal static class RootFolder
{
    /// <summary>From <c>--root</c>, else <c>NUKE_ROOT</c>, else the nearest folder upwards.</summary>
    /// <exception cref="UsageFault">There is none.</exception>
    public static string Find(string[] arguments)
    {
        var given = Typed(arguments) ?? Environment.GetEnvironmentVariable("NUKE_ROOT");
        if (!string.IsNullOrWhiteSpace(given))
            return Directory.Exists(given) ? Path.GetFullPath(given) : throw new UsageFault($"--root: the folder '{given}' does not exist.");
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, ".nuke")))
                return folder.FullName;
        throw new UsageFault($"Neither '{Environment.CurrentDirectory}' nor a folder above it holds '.nuke'. Start ./build.sh, or pass --root.");
    }

    private static string? Typed(string[] arguments)
    {
        const string flag = "--root";
        if (Array.Find(arguments, a => a.StartsWith(flag + "=", StringComparison.Ordinal)) is { } joined)
            return joined[(flag.Length + 1)..];
        var index = Array.IndexOf(arguments, flag);
        return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
    }
}

namespace Build.Tests.Running;

/// <summary>The repository that holds this test.</summary>
internal static class Repository
{
    private static readonly string[] Made = ["bin", "obj", "node_modules", ".git", "temp", "artifacts"];

    public static string Root { get; } = Above(AppContext.BaseDirectory);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>The files of a folder that people write, as paths from the root.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern) =>
        [.. Walk(Path.Combine(Root, folder), pattern).Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Walk(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern)
            .Concat(Directory.EnumerateDirectories(folder).Where(d => !Made.Contains(Path.GetFileName(d))).SelectMany(d => Walk(d, pattern)));

    private static string Above(string folder) => File.Exists(Path.Combine(folder, "Pipeline.sln"))
        ? Path.TrimEndingDirectorySeparator(folder)
        : Above(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))!);
}

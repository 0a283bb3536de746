namespace EndToEnd.Tests.Bed;

/// <summary>The build of the repository that holds this test, compiled at most once: no story waits for the compiler.</summary>
internal static class CompiledBuild
{
    private const string Builds = ".nuke/temp/pipeline";
    private static readonly Lazy<Task<string>> Compiled = new(CompileAsync);

    /// <summary>Makes it what <c>build.sh</c> of a checkout runs.</summary>
    /// <param name="checkout">The checkout, with all its files: they must be older.</param>
    public static async Task PutIntoAsync(string checkout)
    {
        var compiled = await Compiled.Value;
        var name = Path.GetFileName(compiled);
        foreach (var file in Directory.EnumerateFiles(compiled, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(checkout, Builds, name, Path.GetRelativePath(compiled, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        await File.WriteAllTextAsync(Path.Combine(checkout, Builds, "current"), $"{name}\n");
        await File.WriteAllTextAsync(Path.Combine(checkout, Builds, name, "stamp"), "");
    }

    private static async Task<string> CompileAsync()
    {
        var root = await Command.RunAsync("git", "-C", AppContext.BaseDirectory, "rev-parse", "--show-toplevel");
        (await Command.TryAsync(root, new Dictionary<string, string?>(), Path.Combine(root, "build.sh"), "--help")).Ended(0);
        return Path.Combine(root, Builds, (await File.ReadAllTextAsync(Path.Combine(root, Builds, "current"))).Trim());
    }
}

namespace EndToEnd.Tests.Bed;

/// <summary>The build of the repository that holds this test, compiled at most once, and its site's packages: no story waits for them.</summary>
internal static class PreparedBuild
{
    private const string Builds = ".nuke/temp/pipeline";
    private const string Packages = "src/DatasetManagement/web/node_modules";
    private static readonly Lazy<Task<(string Root, string Name)>> Prepared = new(PrepareAsync);

    /// <summary>Makes it what <c>build.sh</c> of a checkout runs.</summary>
    /// <param name="checkout">The checkout, with all its files: they must be older.</param>
    public static async Task PutIntoAsync(string checkout)
    {
        var (root, name) = await Prepared.Value;
        Directory.CreateDirectory(Path.Combine(checkout, Builds));
        // With the links and modes that packages have.
        foreach (var folder in (string[])[Packages, $"{Builds}/{name}"])
            await Command.RunAsync("cp", "-a", Path.Combine(root, folder), Path.Combine(checkout, folder));
        await File.WriteAllTextAsync(Path.Combine(checkout, Builds, "current"), $"{name}\n");
        await File.WriteAllTextAsync(Path.Combine(checkout, Builds, name, "stamp"), "");
    }

    private static async Task<(string Root, string Name)> PrepareAsync()
    {
        var root = await Command.RunAsync("git", "-C", AppContext.BaseDirectory, "rev-parse", "--show-toplevel");
        (await Command.TryAsync(root, new Dictionary<string, string?>(), Path.Combine(root, "build.sh"), "BuildFrontend")).Ended(0);
        return (root, (await File.ReadAllTextAsync(Path.Combine(root, Builds, "current"))).Trim());
    }
}

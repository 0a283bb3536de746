namespace EndToEnd.Tests.Bed;

/// <summary>A repository of its own with what is tracked here, in which a story commits and tags releases.</summary>
internal sealed class Checkout : IDisposable
{
    private const string Profiles = ".nuke/parameters.";
    private const string Profile = Profiles + "testbed.json";
    private static readonly string[] Shared = [Profiles + "json", Profiles + "sandbox.json"];
    private readonly IReadOnlyDictionary<string, string?> variables;

    private Checkout(string folder, IReadOnlyDictionary<string, string?> variables)
    {
        Folder = folder;
        this.variables = variables;
    }

    public string Folder { get; }

    /// <summary>Where its sandbox keeps its state.</summary>
    public string Sandbox => Path.Combine(Folder, ".nuke", "temp", "sandbox");

    /// <summary>Copies the tracked files of the repository that holds this test, as they are on disk, and tags them.</summary>
    public static async Task<Checkout> OfThisRepositoryAsync(string tag, IReadOnlyDictionary<string, string?> variables)
    {
        var source = await Command.RunAsync("git", "-C", AppContext.BaseDirectory, "rev-parse", "--show-toplevel");
        var target = NewFolder();
        var files = await Command.RunAsync("git", "-C", source, "ls-files", "--cached", "--others", "--exclude-standard");
        foreach (var file in files.Split('\n').Where(f => File.Exists(Path.Combine(source, f)) && (Shared.Contains(f) || !f.StartsWith(Profiles, StringComparison.Ordinal))))
        {
            var copy = Path.Combine(target, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            // Copies the mode too: build.sh stays executable.
            File.Copy(Path.Combine(source, file), copy);
        }

        await Command.RunAsync("git", "init", "--quiet", target);
        await PreparedBuild.PutIntoAsync(target);
        var checkout = new Checkout(target, variables);
        await checkout.ReleaseAsync(tag);
        return checkout;
    }

    /// <summary>What another person has: a clone, and the same environment.</summary>
    public async Task<Checkout> CloneAsync()
    {
        var target = NewFolder();
        await Command.RunAsync("git", "clone", "--quiet", Folder, target);
        await PreparedBuild.PutIntoAsync(target);
        if (File.Exists(Path.Combine(Folder, Profile)))
            File.Copy(Path.Combine(Folder, Profile), Path.Combine(target, Profile));
        return new Checkout(target, new Dictionary<string, string?>(variables) { ["PIPELINE_SANDBOX_FOLDER"] = Sandbox });
    }

    /// <summary>Commits everything and tags it.</summary>
    public async Task ReleaseAsync(string tag)
    {
        await Command.RunAsync("git", "-C", Folder, "add", "--all", "--", ".", $":!{Profile}", ":!.nuke/build.schema.json");
        await Command.RunAsync("git", "-C", Folder, "-c", "user.name=Story", "-c", "user.email=story@example.com", "commit", "--quiet", "--allow-empty", "--message", $"Release {tag}");
        await Command.RunAsync("git", "-C", Folder, "tag", tag);
    }

    /// <summary>Runs the build.</summary>
    public Task<Outcome> BuildAsync(params string[] arguments) => BuildAsync([], arguments);

    /// <summary>Runs the build with other variables beside its own.</summary>
    public Task<Outcome> BuildAsync(Dictionary<string, string?> more, params string[] arguments) => RunAsync(more, Path.Combine(Folder, "build.sh"), arguments);

    /// <summary>Runs the build once everything is prepared for its process.</summary>
    public Task<Outcome> BuildPreparedAsync(Func<int, Task> prepare, Dictionary<string, string?> more, params string[] arguments) =>
        Command.TryPreparedAsync(Folder, With(more), prepare, Path.Combine(Folder, "build.sh"), arguments);

    /// <summary>Runs a line of bash in its folder.</summary>
    public Task<Outcome> BashAsync(string script) => RunAsync([], "bash", "-c", script);

    /// <summary>Changes one text in a file; it must be there.</summary>
    public void Edit(string file, string from, string to)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Write(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Folder, file), text);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline story ").FullName;
        // As where people work: PostgreSQL, which does not run as root, gets to its files.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }

    private Task<Outcome> RunAsync(Dictionary<string, string?> more, string program, params string[] arguments) =>
        Command.TryAsync(Folder, With(more), program, arguments);

    private Dictionary<string, string?> With(Dictionary<string, string?> more)
    {
        var all = new Dictionary<string, string?>(variables);
        foreach (var (name, value) in more)
            all[name] = value;
        return all;
    }
}

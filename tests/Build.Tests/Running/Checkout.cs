namespace Build.Tests.Running;

/// <summary>A folder, with a space in its name, that holds the two scripts and what they look at; gone after the test.</summary>
internal class Checkout : IDisposable
{
    private static readonly string[] Copied = ["build.sh", "build.ps1", "global.json", ".editorconfig"];
    private static readonly string[] Props = ["Directory.Build.props", "Directory.Packages.props"];

    public Checkout()
    {
        foreach (var folder in (string[])["build", "src/Pipeline", "src/StandIns", ".nuke"])
            Directory.CreateDirectory(At(folder));
        foreach (var file in Copied)
            File.Copy(Path.Combine(Repository.Root, file), At(file));
        // The repository's rules and versions are not what these tests are about.
        foreach (var file in Props)
            Write(file, "<Project />");
        Write(".nuke/parameters.json", "{ \"$schema\": \"build.schema.json\" }");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("pipeline build ").FullName;

    public string Builds => At(".nuke/temp/pipeline");

    public bool IsLocked => File.Exists(Path.Combine(Builds, "lock"));

    public string At(string path) => Path.Combine(Folder, path);

    public void Write(string path, string text) => File.WriteAllText(At(path), text);

    /// <summary>Runs <c>build.sh</c> to its end.</summary>
    public Task<Outcome> BuildAsync(params string[] arguments) => Start([], arguments).EndAsync();

    /// <summary>Runs <c>build.sh</c> to its end, with a variable.</summary>
    public Task<Outcome> BuildWithAsync(string variable, string value, params string[] arguments) => Start(new() { [variable] = value }, arguments).EndAsync();

    /// <summary>Starts <c>build.sh</c>.</summary>
    public Run Start(Dictionary<string, string?> variables, params string[] arguments)
    {
        Skip.If(OperatingSystem.IsWindows(), "build.sh needs bash; on Windows build.ps1 is used.");
        return new Run(Folder, variables, At("build.sh"), arguments);
    }

    /// <summary>Starts <c>build.sh</c> so that it hears Ctrl-C also where these tests were started in the background, which ignores it.</summary>
    public Run StartHearingCtrlC(params string[] arguments) => OperatingSystem.IsLinux()
        ? new Run(Folder, new Dictionary<string, string?>(), "env", ["--default-signal=INT", At("build.sh"), .. arguments])
        : Start([], arguments);

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(Folder, recursive: true);
    }
}

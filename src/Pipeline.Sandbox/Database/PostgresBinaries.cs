namespace Pipeline.Sandbox.Database;

/// <summary>Where this machine has PostgreSQL's server programs.</summary>
internal static class PostgresBinaries
{
    // "none" shows what a machine without them sees.
    private const string Variable = "PIPELINE_SANDBOX_POSTGRES";

    /// <summary>What installs them, for the sentence about a machine that has none.</summary>
    public static string InstallCommand =>
        OperatingSystem.IsMacOS() ? "brew install postgresql@17"
        : OperatingSystem.IsWindows() ? "winget install PostgreSQL.PostgreSQL.17"
        : "apt-get install postgresql";

    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>, the newest version first; null when there is none, or when none is to be found.</summary>
    public static string? Find() => Environment.GetEnvironmentVariable(Variable) == "none" ? null : Candidates().FirstOrDefault(Holds);

    private static bool Holds(string folder) => File.Exists(Program(folder, "initdb")) && File.Exists(Program(folder, "postgres"));

    /// <summary>A program's path in that folder.</summary>
    public static string Program(string folder, string name) => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    // Distributions keep servers off the PATH: several versions may be installed side by side.
    private static IEnumerable<string> Candidates() =>
        Versions("/usr/lib/postgresql").Concat(Versions("/opt/homebrew/opt")).Concat(Versions("/usr/local/opt")).Concat(Versions(@"C:\Program Files\PostgreSQL"))
            .Concat(["/usr/pgsql/bin"])
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<string> Versions(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder).Where(d => Number(d) > 0).OrderByDescending(Number).Select(d => Path.Combine(d, "bin"))
        : [];

    // "/usr/lib/postgresql/15" and "/opt/homebrew/opt/postgresql@17"
    private static int Number(string folder) => int.TryParse(Path.GetFileName(folder).Split('@') switch
    {
        ["postgresql", var version] => version,
        [var version] => version,
        _ => "",
    }, out var number) ? number : 0;
}

using System.Text.RegularExpressions;

namespace Build.Tests.Documents;

/// <summary>What the documents and the build's sources say.</summary>
internal static partial class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The README, everything in <c>docs/</c>, and the notes beside what they explain.</summary>
    public static IReadOnlyList<Document> Documents { get; } =
    [
        .. Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(PathOf("docs"), "*.md", SearchOption.AllDirectories))
            .Append(PathOf("k8s", "README.md")).Order(StringComparer.Ordinal).Select(Document.Read),
    ];

    /// <summary>Every target that a person can ask for.</summary>
    public static IReadOnlyList<string> Targets { get; } =
        [.. Sources("build").SelectMany(s => Target().Matches(s)).Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal)];

    /// <summary>Every setting of the build: its flag, and the default that its description states in one word.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } =
        Sources("build").SelectMany(s => Setting().Matches(s)).ToDictionary(m => FlagOf(m.Groups["name"].Value), m => m.Groups["default"].Value);

    /// <summary>The flags that every build has.</summary>
    public static IReadOnlyList<string> HostFlags { get; } =
        [.. HostFlag().Matches(File.ReadAllText(PathOf("src", "StandIns", "Nuke.Common", "Parameters", "CommandLine.cs"))).Select(m => m.Groups["flag"].Value)];

    /// <summary>How many settings the sources declare, however they are written.</summary>
    public static int Declarations => Sources("build").Sum(s => Declaration().Count(s));

    /// <summary>A path below the root.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(PathOf(folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText);

    private static string FlagOf(string name) => "--" + WordStart().Replace(name, "-").ToLowerInvariant();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"No folder above '{AppContext.BaseDirectory}' holds Pipeline.sln.");
    }

    // Target Deploy => _ => _
    [GeneratedRegex(@"^\s*Target (?<name>\w+) => ", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Target();

    // [Parameter("How long a rollout may take. Default: 10m.")]
    // [Secret]
    // string? RolloutTimeout => TryGetValue(() => RolloutTimeout);
    [GeneratedRegex(@"\[Parameter\(""[^""]*?(Default: (?<default>[^\s""]+)\.)?""\)\]\s+(\[Secret\]\s+)?[\w?\[\]]+ (?<name>\w+) =>", RegexOptions.ExplicitCapture)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\[Parameter\b")]
    private static partial Regex Declaration();

    // ("--skip", "Targets to leave out …"),
    [GeneratedRegex(@"\(""(?<flag>--[a-z-]+)"", """, RegexOptions.ExplicitCapture)]
    private static partial Regex HostFlag();

    [GeneratedRegex("(?<=[^A-Z])(?=[A-Z])")]
    private static partial Regex WordStart();
}

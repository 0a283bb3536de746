using System.Text.RegularExpressions;
using Build.Tests.Running;
using Pipeline.Runs;

namespace Build.Tests.Architecture;

public sealed partial class EngineTests
{
    // Sentences that show another program's command.
    private static readonly string[] OfOtherPrograms = ["--version", "--from-env-file", "--dry-run", "--sql"];

    public static TheoryData<string, string> Banned => new()
    {
        { @"\bConsole\.", "writes to the console: it logs, and the host prints" },
        { @"\busing Nuke\b|\bNuke\.Common\b", "knows the host" },
        { @"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b", "reads a clock of its own: TimeProvider is the clock" },
        { @"\bTask\.Delay\((?!.*\b([tT]ime|TimeProvider)\b)", "waits on a clock of its own: Task.Delay takes the TimeProvider" },
        { @"\bThread\.Sleep\b", "blocks a thread" },
        { @"\bEnvironment\.(Exit|ExitCode|FailFast)\b", "ends the process: the exit code is an exception's" },
    };

    [Theory]
    [MemberData(nameof(Banned))]
    public void The_engine_stays_in_its_place(string pattern, string fault)
    {
        var lines = Repository.Files("src/Pipeline", "*.cs").SelectMany(f => Repository.Read(f).Split('\n').Select((l, i) => (Place: $"{f}:{i + 1}", Line: l.Trim())));

        var found = lines.Where(l => !l.Line.StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(l.Line, pattern)).Select(l => $"{l.Place} {fault}: {l.Line}");

        Assert.Empty(found);
    }

    [Fact]
    public void The_engine_refers_to_neither_the_host_nor_the_console() =>
        Assert.Empty(typeof(PipelineSession).Assembly.GetReferencedAssemblies().Select(a => a.Name).Intersect(["Nuke.Common", "Nuke.Build", "Nuke.Components", "System.Console", "Spectre.Console", "System.CommandLine"]));

    [Fact]
    public void Every_flag_in_a_sentence_of_the_engine_is_a_flag_of_the_build()
    {
        var sentences = Repository.Files("src/Pipeline", "*.cs").SelectMany(f => Literal().Matches(Repository.Read(f)).Select(m => (File: f, Text: m.Groups[1].Value)));

        // A literal that begins with a flag and holds no sentence is an argument of another program.
        var mentioned = sentences.Where(s => !s.Text.StartsWith("--", StringComparison.Ordinal) || s.Text.Contains(' ', StringComparison.Ordinal))
            .SelectMany(s => FlagInText().Matches(s.Text).Select(m => (s.File, Flag: m.Value))).ToList();

        Assert.NotEmpty(mentioned);
        Assert.Empty(mentioned.Where(m => !TheBuild.Flags.Concat(OfOtherPrograms).Contains(m.Flag)).Select(m => $"{m.File}: {m.Flag}"));
    }

    [Fact]
    public void Every_option_that_the_engine_complains_about_is_a_parameter_of_the_build()
    {
        var options = Repository.Files("src/Pipeline", "*.cs").SelectMany(f => NamedOption().Matches(Repository.Read(f)).Select(m => (File: f, Option: m.Groups[1].Value))).ToList();

        Assert.NotEmpty(options);
        Assert.Empty(options.Where(o => !TheBuild.Parameters.Any(p => p.Name == o.Option)).Select(o => $"{o.File}: {o.Option}"));
    }

    [GeneratedRegex("\"((?:[^\"\\\\\\n]|\\\\.)*)\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*[a-z]")]
    private static partial Regex FlagInText();

    [GeneratedRegex(@"(?:[fF]aults\.\w+|Flag\.(?:Of|VariableOf))\(\s*nameof\((?:\w+\.)*(\w+)\)")]
    private static partial Regex NamedOption();
}

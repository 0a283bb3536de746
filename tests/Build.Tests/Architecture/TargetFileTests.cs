using System.Reflection;
using System.Text.RegularExpressions;
using Build.Tests.Running;
using Nuke.Common;
using Pipeline.Build;

namespace Build.Tests.Architecture;

public sealed partial class TargetFileTests
{
    // Their work is the repository's own, or the sandbox itself: no release, no step.
    private static readonly string[] WithoutStep = ["IClean", "ICompile", "IRehearse", "ISandbox", "ITest"];

    // Members of the host, its own flags, or variables that CI machines set.
    private static readonly string[] Taken =
        ["Plan", "Help", "Host", "Root", "Profile", "Skip", "Target", "Continue", "Partition", "Verbosity", "NoLogo", "Strict", "Release", "To"];

    private static readonly IReadOnlyList<string> Paths = Repository.Files("build/Targets", "*.cs");

    public static TheoryData<string> Files => [.. Paths];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_holds_one_target_named_like_it_in_at_most_40_lines(string file)
    {
        var text = Repository.Read(file);
        var name = Path.GetFileNameWithoutExtension(file);

        Assert.InRange(text.TrimEnd().Split('\n').Length, 1, 40);
        Assert.Equal([name[1..]], TargetName().Matches(text).Select(m => m.Groups[1].Value));
        Assert.Contains($"internal interface {name} :", text, StringComparison.Ordinal);
        Assert.Single(DescriptionCall().Matches(text));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_target_makes_one_call_into_the_engine(string file)
    {
        var bodies = ExecutesCall().Matches(Repository.Read(file)).Select(m => m.Value).ToList();

        Assert.Single(bodies);
        Assert.True(WithoutStep.Contains(Path.GetFileNameWithoutExtension(file)) || bodies[0].StartsWith(".Executes(() => Run(new ", StringComparison.Ordinal), bodies[0]);
    }

    [Fact]
    public void The_bridge_returns_a_plain_task_as_the_official_host_awaits_no_other() =>
        Assert.Equal(typeof(Task), typeof(IRunSteps).GetMethod("Run")!.ReturnType);

    [Fact]
    public void Every_target_of_the_build_has_its_file() =>
        Assert.Equal(TheBuild.Targets, Paths.Select(f => Path.GetFileNameWithoutExtension(f)[1..]).Order(StringComparer.Ordinal));

    [Fact]
    public void No_target_or_parameter_takes_a_name_of_the_host_or_of_CI_machines() =>
        Assert.Empty(TheBuild.Targets.Concat(TheBuild.Parameters.Select(p => p.Name)).Intersect(Taken, StringComparer.OrdinalIgnoreCase));

    [Fact]
    public void No_parameter_is_called_like_a_target() =>
        Assert.Empty(TheBuild.Parameters.Select(p => p.Name).Intersect(TheBuild.Targets, StringComparer.OrdinalIgnoreCase));

    [Fact]
    public void Every_parameter_is_the_getter_of_an_interface()
    {
        var members = typeof(IRunSteps).Assembly.GetTypes()
            .SelectMany(t => t.GetMembers(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(m => m.IsDefined(typeof(ParameterAttribute))).ToList();

        Assert.NotEmpty(members);
        Assert.All(members, m => Assert.True(m is PropertyInfo { CanWrite: false, DeclaringType.IsInterface: true }, $"{m.DeclaringType}.{m.Name}"));
    }

    [Fact]
    public void Every_parameter_says_what_it_means_in_a_sentence() =>
        Assert.All(TheBuild.Parameters, p => Assert.EndsWith(".", p.GetCustomAttribute<ParameterAttribute>()!.Description, StringComparison.Ordinal));

    [GeneratedRegex(@"^    Target (\w+) => _ => _$", RegexOptions.Multiline)]
    private static partial Regex TargetName();

    [GeneratedRegex(@"\.Description\(""[^""]+\.""\)|\.Description\(""[^""]+\. [^""]+\.""\)")]
    private static partial Regex DescriptionCall();

    [GeneratedRegex(@"\.Executes\(.*")]
    private static partial Regex ExecutesCall();
}

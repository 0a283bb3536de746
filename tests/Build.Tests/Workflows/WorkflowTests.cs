using Build.Tests.Running;
using Pipeline.Settings;
using YamlDotNet.RepresentationModel;

namespace Build.Tests.Workflows;

public sealed class WorkflowTests
{
    private const string Chosen = "\"$COMMAND\"";
    private static readonly string[] Operations = ["Status", "Diagnose", "Rollback"];

    public static TheoryData<string> Files => [.. Workflow.Files];

    public static TheoryData<string> GitHubFiles => [.. GitHub];

    private static IEnumerable<string> GitHub => Workflow.Files.Where(f => f.StartsWith(".github", StringComparison.Ordinal));

    [Fact]
    public void Both_hosts_test_deploy_and_operate() => Assert.Equal(
        [".github/workflows/ci.yml", ".github/workflows/deploy.yml", ".github/workflows/operate.yml", "azure-pipelines.operate.yml", "azure-pipelines.yml"], Workflow.Files);

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_target_and_flag_that_is_typed_exists(string file)
    {
        var commands = Workflow.Read(file).Commands();

        Assert.NotEmpty(commands);
        Assert.All(commands, command =>
        {
            var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(words[0] == Chosen || TheBuild.Targets.Contains(words[0]), command);
            Assert.All(words.Where(w => w.StartsWith('-')), flag => Assert.Contains(flag, TheBuild.Flags));
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_command_that_acts_on_an_environment_names_it(string file) =>
        Assert.All(Workflow.Read(file).Commands(), c => Assert.True(c == " Test" || c.EndsWith(" --profile production", StringComparison.Ordinal), c));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_variable_of_ours_is_a_setting(string file)
    {
        var known = TheBuild.Parameters.Select(p => Flag.VariableOf(p.Name)).Append("PIPELINE_PROFILE");

        Assert.Empty(Workflow.Read(file).Variables().Where(v => v.StartsWith("PIPELINE_", StringComparison.Ordinal)).Except(known));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_cancelled_job_reaches_the_build(string file) =>
        Assert.All(Scripts(file).Where(s => s.Contains("build.sh", StringComparison.Ordinal)), s => Assert.StartsWith("exec ./build.sh ", s, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void What_a_person_types_never_becomes_part_of_a_script(string file) =>
        Assert.All(Scripts(file), s => Assert.DoesNotContain("${{", s, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(GitHubFiles))]
    public void A_workflow_may_read_the_repository_and_nothing_else(string file)
    {
        var workflow = Workflow.Read(file);

        Assert.Equal("contents: read", string.Join(", ", ((YamlMappingNode)workflow.At("permissions")!).Children.Select(p => $"{p.Key}: {p.Value}")));
        Assert.Single(Workflow.Nodes(workflow.Root).OfType<YamlMappingNode>(), n => n.Children.ContainsKey("permissions"));
    }

    [Fact]
    public void A_deploy_waits_for_the_one_before_and_is_never_cancelled_by_the_next()
    {
        var deploy = Workflow.Read(".github/workflows/deploy.yml");

        Assert.Equal("deploy-production", deploy.At("concurrency", "group")?.ToString());
        Assert.Equal("false", deploy.At("concurrency", "cancel-in-progress")?.ToString());
        Assert.Equal("production", deploy.At("jobs", "deploy", "environment")?.ToString());
        Assert.Equal("sequential", Workflow.Read("azure-pipelines.yml").At("lockBehavior")?.ToString());
    }

    [Fact]
    public void Operating_waits_for_no_deploy_and_offers_what_an_incident_needs()
    {
        var github = Workflow.Read(".github/workflows/operate.yml");
        var azure = Workflow.Read("azure-pipelines.operate.yml");

        Assert.DoesNotContain(Workflow.Nodes(github.Root).OfType<YamlMappingNode>(), n => n.Children.ContainsKey("concurrency"));
        Assert.DoesNotContain(Workflow.Nodes(azure.Root).OfType<YamlMappingNode>(), n => n.Children.ContainsKey("environment") || n.Children.ContainsKey("lockBehavior"));
        Assert.Equal(Operations, Workflow.Texts(github.At("on", "workflow_dispatch", "inputs", "command", "options")!));
        Assert.Equal(Operations, Workflow.Texts(((YamlSequenceNode)azure.At("parameters")!).Children[0]["values"]));
        Assert.Empty(Operations.Except(TheBuild.Targets));
    }

    [Fact]
    public void An_SDK_is_the_one_that_global_json_names()
    {
        Assert.All(GitHub, f => Assert.Contains("global.json", Workflow.Texts(Workflow.Read(f).Root)));
        Assert.All(Workflow.Files.Except(GitHub), f => Assert.Contains("useGlobalJson: true", Repository.Read(f), StringComparison.Ordinal));
    }

    private static IEnumerable<string> Scripts(string file) => Workflow.Nodes(Workflow.Read(file).Root).OfType<YamlMappingNode>()
        .SelectMany(n => n.Children).Where(c => c.Key.ToString() is "run" or "bash" or "script").Select(c => c.Value.ToString());
}

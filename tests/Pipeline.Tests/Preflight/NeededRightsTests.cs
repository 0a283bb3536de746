using Pipeline.Cluster;
using Pipeline.Preflight;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Tests.Preflight;

public sealed class NeededRightsTests
{
    private static readonly Resource ServiceMonitors = new("monitoring.coreos.com/v1", "ServiceMonitor", "servicemonitors");

    // Beside the rights in Preflight's table: one secret, by name, and what the optional operator serves.
    private static readonly string[] NotInTheTable = ["secrets", "servicemonitors.monitoring.coreos.com"];

    [Fact]
    public void The_deployers_role_gives_exactly_the_rights_that_Preflight_asks_for()
    {
        var needed = NeededRights.All.Select(r => $"{r.Verb} {r.Kind}").Order(StringComparer.Ordinal);

        var given = RoleRights().Where(r => !NotInTheTable.Contains(r.Split(' ')[1])).Order(StringComparer.Ordinal);

        Assert.Equal(needed, given);
    }

    [Fact]
    public void The_deployers_role_reads_secrets_by_name_alone() =>
        Assert.Equal(["get secrets"], RoleRights().Where(r => r.EndsWith(" secrets", StringComparison.Ordinal)));

    [Fact]
    public void What_is_applied_may_be_put_back_too_and_a_Job_need_not() =>
        Assert.Equal(
            [
                "get servicemonitors.monitoring.coreos.com", "list servicemonitors.monitoring.coreos.com", "create servicemonitors.monitoring.coreos.com",
                "update servicemonitors.monitoring.coreos.com", "patch servicemonitors.monitoring.coreos.com", "delete servicemonitors.monitoring.coreos.com",
                "get secrets", "create secrets", "update secrets", "patch secrets", "delete secrets",
                "get jobs.batch", "create jobs.batch", "delete jobs.batch",
            ],
            ((Resource[])[ServiceMonitors, Resource.Secrets, Resource.Jobs]).SelectMany(NeededRights.ToApply).Select(r => $"{r.Verb} {r.Kind}"));

    [Fact]
    public void The_deployers_role_gives_what_applying_a_ServiceMonitor_takes() =>
        Assert.Equal(
            NeededRights.ToApply(ServiceMonitors).Select(r => $"{r.Verb} {r.Kind}").Order(StringComparer.Ordinal),
            RoleRights().Where(r => r.EndsWith(" servicemonitors.monitoring.coreos.com", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static IEnumerable<string> RoleRights()
    {
        var yaml = new YamlStream();
        using var file = File.OpenText(Path.Combine(AppContext.BaseDirectory, "deployer-role.yaml"));
        yaml.Load(file);
        var role = (YamlMappingNode)yaml.Documents[0].RootNode;
        return from rule in ((YamlSequenceNode)role["rules"]).Cast<YamlMappingNode>()
               from resource in Texts(rule["resources"])
               from apiGroup in Texts(rule["apiGroups"])
               from verb in Texts(rule["verbs"])
               let names = resource.Split('/')
               select $"{verb} {new Right(verb, apiGroup, names[0], names.ElementAtOrDefault(1) ?? "").Kind}";
    }

    private static IEnumerable<string> Texts(YamlNode node) => ((YamlSequenceNode)node).Select(n => ((YamlScalarNode)n).Value!);
}

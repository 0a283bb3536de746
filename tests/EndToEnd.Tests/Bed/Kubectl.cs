using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Bed;

/// <summary>What a foreign client sees of a namespace.</summary>
internal sealed class Kubectl(string @namespace)
{
    private const string Context = "testbed";

    public Task<string> RunAsync(params string[] arguments) => Command.RunAsync("kubectl", ["--context", Context, "--namespace", @namespace, .. arguments]);

    /// <summary>Name and resourceVersion of every object that a run could change; the deploy lock and the records are left out.</summary>
    public async Task<IReadOnlyList<string>> SnapshotAsync()
    {
        var found = JsonNode.Parse(await RunAsync("get", "deployments,replicasets,pods,jobs,services,configmaps,secrets", "--output", "json"))!["items"]!.AsArray();
        return
        [
            .. from item in found
               let name = (string)item!["metadata"]!["name"]!
               where !name.StartsWith("pipeline-release", StringComparison.Ordinal)
               orderby (string)item["kind"]!, name
               select $"{item["kind"]}/{name} {item["metadata"]!["resourceVersion"]}",
        ];
    }

    public Task<string> ImageAsync() => RunAsync("get", "deployment", "dataset-management-api", "--output", "jsonpath={.spec.template.spec.containers[0].image}");
}

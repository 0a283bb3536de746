using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Bed;

/// <summary>What <c>kubectl</c> sees of a namespace.</summary>
/// <param name="access">The flags that name the cluster and the user.</param>
/// <param name="namespace">The namespace.</param>
internal sealed class Kubectl(string[] access, string @namespace) : ClusterView
{
    public Task<string> RunAsync(params string[] arguments) => Command.RunAsync("kubectl", [.. access, "--namespace", @namespace, .. arguments]);

    private protected override async Task<IEnumerable<JsonNode>> ObjectsAsync() =>
        JsonNode.Parse(await RunAsync("get", string.Join(',', Kinds), "--output", "json"))!["items"]!.AsArray().OfType<JsonNode>();
}

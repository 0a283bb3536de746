using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Bed;

/// <summary>What a client that is not the pipeline sees of a namespace.</summary>
internal abstract class ClusterView
{
    private protected static readonly string[] Kinds = ["deployments", "replicasets", "pods", "jobs", "services", "configmaps", "secrets"];

    /// <summary>Name and resourceVersion of every object that a run could change; the deploy lock and the records are left out.</summary>
    public async Task<IReadOnlyList<string>> SnapshotAsync() =>
    [
        .. from item in await ObjectsAsync()
           let name = (string)item["metadata"]!["name"]!
           where !name.StartsWith("pipeline-release", StringComparison.Ordinal)
           let line = $"{item["kind"]}/{name} {item["metadata"]!["resourceVersion"]}"
           orderby line
           select line,
    ];

    /// <summary>The image of the API's pods.</summary>
    public async Task<string> ImageAsync() => (string)(await ObjectsAsync())
        .Single(o => (string?)o["kind"] == "Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!;

    /// <summary>Every object of <see cref="Kinds"/>, each with its kind.</summary>
    private protected abstract Task<IEnumerable<JsonNode>> ObjectsAsync();
}

using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using k8s;

namespace EndToEnd.Tests.Bed;

/// <summary>What the cluster's API shows of a namespace, for machines without <c>kubectl</c>.</summary>
/// <param name="kubeconfig">The kubeconfig's path.</param>
/// <param name="context">The context in it.</param>
/// <param name="namespace">The namespace.</param>
internal sealed class KubernetesApi(string kubeconfig, string context, string @namespace) : ClusterView
{
    private protected override async Task<IEnumerable<JsonNode>> ObjectsAsync()
    {
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig, context);
        using var client = new Kubernetes(configuration);
        client.HttpClient.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", configuration.AccessToken);
        var lists = await Task.WhenAll(Kinds.Select(kind => client.HttpClient.GetStringAsync(new Uri(client.BaseUri, $"{Group(kind)}/namespaces/{@namespace}/{kind}"))));
        return lists.SelectMany(list => Items(JsonNode.Parse(list)!));
    }

    private static string Group(string kind) => kind switch
    {
        "deployments" or "replicasets" => "apis/apps/v1",
        "jobs" => "apis/batch/v1",
        _ => "api/v1",
    };

    private static IEnumerable<JsonNode> Items(JsonNode list)
    {
        foreach (var item in list["items"]!.AsArray())
        {
            // A list says its items' kind only once: "kind": "PodList".
            item!["kind"] = ((string)list["kind"]!)[..^"List".Length];
            yield return item;
        }
    }
}

using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Nodes;

/// <summary>What a pod takes of a node: the sum of its containers, or the largest of those that run before them.</summary>
internal readonly record struct PodRequests(decimal Cpu, decimal Memory)
{
    public static PodRequests Of(JsonObject pod) => new(Of(pod, "cpu"), Of(pod, "memory"));

    private static decimal Of(JsonObject pod, string resource) => Math.Max(
        pod.Items("spec", "containers").Sum(c => Requested(c, resource)),
        pod.Items("spec", "initContainers").Select(c => Requested(c, resource)).DefaultIfEmpty().Max());

    // A limit without a request is the request.
    private static decimal Requested(JsonObject container, string resource) =>
        Quantity.Parse(container.Text("resources", "requests", resource) ?? container.Text("resources", "limits", resource));
}

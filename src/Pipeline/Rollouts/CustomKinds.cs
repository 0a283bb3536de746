using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Rollouts;

/// <summary>Kinds that a set of manifests brings itself, by a CustomResourceDefinition among them.</summary>
internal static class CustomKinds
{
    /// <summary>The kind of a definition.</summary>
    public const string Definition = "CustomResourceDefinition";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(0.2);

    /// <summary>The kind of <paramref name="manifest"/> as a definition among the manifests brings it; null when none does.</summary>
    public static Resource? Find(IEnumerable<JsonObject> manifests, JsonObject manifest) => (
        from definition in manifests.Where(m => m.Kind() == Definition)
        from version in definition.Items("spec", "versions")
        let apiVersion = $"{definition.Text("spec", "group")}/{version.Text("name")}"
        where apiVersion == manifest.Text("apiVersion") && definition.Text("spec", "names", "kind") == manifest.Kind()
        select new Resource(apiVersion, manifest.Kind(), definition.Text("spec", "names", "plural")!, definition.Text("spec", "scope") != "Cluster")).FirstOrDefault();

    /// <summary>Waits until the server serves what a definition brings.</summary>
    /// <exception cref="FailureException">It refused the names, or did not establish them in half a minute.</exception>
    public static async Task EstablishAsync(ClusterConnection cluster, Resource definitions, string name, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var stored = await cluster.FindAsync(definitions, name, cancellation);
            if (stored?.Condition("Established").Text("status") == "True")
                return;
            if (stored?.Condition("NamesAccepted") is { } names && names.Text("status") == "False")
                throw new FailureException($"{Definition}/{name} is not served: {names.Text("message")} Give it other names.");
            if (time.GetElapsedTime(started) > Patience)
                throw new FailureException($"{Definition}/{name} was applied, and the server does not serve it after {Patience.TotalSeconds:0} s. Look at 'kubectl get crd {name} -o yaml', then run the same command again.");
            await Task.Delay(Poll, time, cancellation);
        }
    }
}

using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Rollouts;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>
/// The Secrets, ConfigMaps, ServiceAccounts and PersistentVolumeClaims that the pods name exist and have the keys. What the release brings
/// itself counts, except for the migration: Deploy applies it only afterwards. Values are neither shown nor kept.
/// </summary>
/// <param name="shared">The manifests.</param>
/// <param name="migrates">False for an environment without a database: the Job never runs.</param>
internal sealed class ReferencesCheck(SharedReads shared, bool migrates) : IPreflightCheck
{
    private static readonly IReadOnlyList<JsonObject> None = [];

    /// <inheritdoc />
    public string Name => CheckName.References;

    /// <inheritdoc />
    public string Needs => CheckName.Namespace;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var manifests = (await shared.ManifestsAsync(context, cancellation)).Where(m => migrates || !IsMigration(m)).ToList();
        var cluster = await context.ClusterAsync(cancellation);
        var wanted = Wanted(manifests).ToList();
        var looks = await Task.WhenAll(wanted.Select(w => LookAsync(cluster, w.Key.IsEarly ? None : manifests, w.Key.Resource, w.Key.Name, cancellation)));
        var faults = wanted.Zip(looks).SelectMany(p => Faults(p.First.Key.Id, p.First.Key.IsEarly, [.. p.First.Select(r => r.Key).OfType<string>().Distinct()], p.Second)).ToList();
        var pull = await PullSecretsAsync(cluster, manifests, cancellation);
        var unseen = wanted.Zip(looks).Where(p => !p.Second.IsSeen).Select(p => p.First.Key.Id).ToList();
        if (faults.Count > 0)
            return new Finding(Name, FindingState.Failed, $"in '{cluster.Namespace}': {string.Join("; ", faults)}.", Advice([.. wanted.Select(w => w.Key.Resource)], wanted.Exists(w => w.Key.IsEarly), cluster.Namespace));
        if (unseen.Count > 0)
            return new Finding(Name, FindingState.NotChecked, $"no right to read {string.Join(", ", unseen)} in '{cluster.Namespace}'; the other {wanted.Count - unseen.Count} are there", "Rights: k8s/setup/.");
        return pull.Count > 0
            ? new Finding(Name, FindingState.Warned, $"the image pull secret {string.Join(", ", pull)} does not exist in '{cluster.Namespace}': images are pulled without it", "Make it, or leave it out of imagePullSecrets.")
            : new Finding(Name, FindingState.Passed, $"{string.Join(", ", wanted.Select(w => w.Key.Id).Distinct())}");
    }

    private static bool IsMigration(JsonObject manifest) => manifest.Kind() == Resource.Jobs.Kind;

    private static IEnumerable<IGrouping<(Resource Resource, string Name, string Id, bool IsEarly), PodReference>> Wanted(IReadOnlyList<JsonObject> manifests) =>
        from manifest in manifests
        from reference in PodReference.In(manifest)
        where !reference.IsOptional
        group reference by (reference.Resource, reference.Name, reference.Id, IsMigration(manifest) && manifests.Any(m => Brings(m, reference)));

    // A ConfigMap may have got the name of its content.
    private static bool Brings(JsonObject manifest, PodReference reference) =>
        manifest.Kind() == reference.Resource.Kind && (manifest.Name() == reference.Name || ManifestSet.IsEarlier(reference.Name, manifest.Name()));

    private static string Advice(IReadOnlyList<Resource> kinds, bool isEarly, string space) => kinds.Contains(Resource.Secrets)
        ? $"Have an administrator make it; a Secret: kubectl -n {space} create secret generic NAME --from-env-file=FILE"
        : isEarly ? $"Have an administrator make it; for '{ManifestFiles.MigrationJob}' a manifest comes too late."
        : "Have an administrator make it, or add its manifest.";

    private static IEnumerable<string> Faults(string id, bool isEarly, IReadOnlyList<string> keys, (bool IsSeen, JsonObject? Found) look)
    {
        var why = isEarly ? " yet, and the migration needs it before Deploy applies it" : "";
        if (!look.IsSeen)
            return [];
        if (look.Found is null)
            return [$"{id} does not exist{why}"];
        return keys.Where(k => !HasKey(look.Found, k)).Select(k => $"{id} has no key '{k}'{why}");
    }

    private static bool HasKey(JsonObject found, string key) =>
        found.At("data")?.ContainsKey(key) == true || found.At("binaryData")?.ContainsKey(key) == true || found.At("stringData")?.ContainsKey(key) == true;

    private static async Task<(bool IsSeen, JsonObject? Found)> LookAsync(ClusterConnection cluster, IReadOnlyList<JsonObject> manifests, Resource resource, string name, CancellationToken cancellation)
    {
        // What the release brings itself is there when the pods start.
        if (manifests.FirstOrDefault(m => m.Kind() == resource.Kind && m.Name() == name) is { } own)
            return (true, own);
        try
        {
            return (true, await cluster.FindAsync(resource, name, cancellation));
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            return (false, null);
        }
    }

    // The kubelet goes on without one that is missing: a public image needs none.
    private static async Task<IReadOnlyList<string>> PullSecretsAsync(ClusterConnection cluster, IReadOnlyList<JsonObject> manifests, CancellationToken cancellation)
    {
        var named = manifests.SelectMany(m => PodTemplate.Of(m).Items("imagePullSecrets").Select(s => (Name: s.Text("name") ?? "", IsEarly: IsMigration(m)))).Where(n => n.Name.Length > 0).Distinct().ToList();
        var looks = await Task.WhenAll(named.Select(n => LookAsync(cluster, n.IsEarly ? None : manifests, Resource.Secrets, n.Name, cancellation)));
        return [.. named.Where((_, i) => looks[i] is { IsSeen: true, Found: null }).Select(n => n.Name).Distinct()];
    }
}

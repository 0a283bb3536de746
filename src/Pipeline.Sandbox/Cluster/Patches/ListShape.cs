namespace Pipeline.Sandbox.Cluster.Patches;

/// <summary>How a list or map of the API is merged.</summary>
/// <param name="Keys">What tells elements apart when they are applied; empty for a set of texts.</param>
/// <param name="PatchKey">What tells elements apart in a strategic merge patch, which knows one key only.</param>
internal sealed record ListShape(IReadOnlyList<string> Keys, string PatchKey)
{
    private static readonly Dictionary<string, ListShape> Shapes = new()
    {
        ["metadata/ownerReferences"] = By("uid"),
        ["metadata/finalizers"] = new([], ""),
        ["spec/containers"] = By("name"),
        ["spec/initContainers"] = By("name"),
        ["spec/ephemeralContainers"] = By("name"),
        ["spec/volumes"] = By("name"),
        ["spec/imagePullSecrets"] = By("name"),
        ["spec/hostAliases"] = By("ip"),
        ["spec/topologySpreadConstraints"] = new(["topologyKey", "whenUnsatisfiable"], "topologyKey"),
        ["containers/env"] = By("name"),
        ["containers/ports"] = new(["containerPort", "protocol"], "containerPort"),
        ["containers/volumeMounts"] = By("mountPath"),
        ["containers/volumeDevices"] = By("devicePath"),
        ["status/conditions"] = By("type"),
        ["status/addresses"] = By("type"),
        ["status/podIPs"] = By("ip"),
        ["spec/ports"] = new(["port", "protocol"], "port"),
        ["/secrets"] = By("name"),
        ["/imagePullSecrets"] = By("name"),
    };

    // Fields that are one value however much they hold: who sets a part of one sets all of it.
    private static readonly HashSet<string> AtomicMaps =
    [
        "spec/selector", "secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef", "secretRef", "configMapRef",
        "spec/nodeSelector", "labelSelector", "roleRef", "involvedObject", "namespaceSelector", "podSelector",
    ];

    /// <summary>The shape of a list, or null when it is replaced as a whole.</summary>
    /// <param name="parent">The field around it; for a field of a list's element that list's name; empty at the root.</param>
    /// <param name="field">Its own name.</param>
    /// <param name="isCustom">True for kinds of a CustomResourceDefinition: their lists have no keys.</param>
    public static ListShape? Of(string parent, string field, bool isCustom)
    {
        if (isCustom && parent != "metadata")
            return null;
        var around = parent is "initContainers" or "ephemeralContainers" ? "containers" : parent;
        return Shapes.GetValueOrDefault($"{around}/{field}");
    }

    /// <summary>True for a map that one manager owns as a whole.</summary>
    public static bool IsAtomicMap(string parent, string field, bool isCustom) =>
        !isCustom && (AtomicMaps.Contains(field) || AtomicMaps.Contains($"{parent}/{field}"));

    private static ListShape By(string key) => new([key], key);
}

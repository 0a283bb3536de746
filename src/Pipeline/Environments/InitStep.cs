using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Environments;

/// <summary>Writes the profile of a new environment, with the identities that pin it read from the real servers.</summary>
/// <param name="database">The database's address.</param>
/// <param name="settings">Every other setting of a profile, by its name; null where it was not given.</param>
public sealed class InitStep(Secret? database, IReadOnlyDictionary<string, string?> settings) : IStep
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <inheritdoc />
    public string Name => "Init";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        CheckOptions(context.Options);
        var path = Path.Combine(context.Options.Release.Root, ".nuke", $"parameters.{context.Options.Release.EnvironmentName}.json");
        if (File.Exists(path))
            throw FailureException.Refused($"'{path}' exists already. Change it by hand, or delete it first.");
        var profile = new JsonObject { ["$schema"] = "build.schema.json", [nameof(ReleaseOptions.EnvironmentName)] = context.Options.Release.EnvironmentName };
        using (var cluster = ClusterConnection.Open(context.Options.Cluster))
            profile[nameof(ClusterOptions.ClusterUid)] = await ClusterPin.UidAsync(cluster, cancellation)
                ?? throw FailureException.Refused($"The context '{cluster.Context}' may not read the namespace kube-system, whose UID pins the cluster. Apply k8s/setup/cluster-identity.yaml as an administrator.");
        var pins = await Database.PinsAsync(database!, context, cancellation);
        profile[nameof(DatabaseOptions.DatabaseName)] = pins.Name;
        profile[nameof(DatabaseOptions.DatabaseSystemIdentifier)] = pins.SystemIdentifier;
        foreach (var (name, value) in settings)
            profile.TryAdd(name, value ?? "");
        await File.WriteAllTextAsync(path, profile.ToJsonString(Indented) + "\n", cancellation);
        context.Summary.Changed($"'{path}' was written. Fill in what is still empty, then: ./build.sh Preflight --profile {context.Options.Release.EnvironmentName}");
    }

    private void CheckOptions(RunOptions options)
    {
        var faults = new Faults();
        faults.Require(nameof(ReleaseOptions.EnvironmentName), options.Release.EnvironmentName, "the environment's name");
        faults.Require(nameof(ClusterOptions.KubeContext), options.Cluster.KubeContext, "the kubeconfig's context");
        faults.Require(nameof(ClusterOptions.KubeNamespace), options.Cluster.KubeNamespace, "the namespace that the product runs in");
        faults.Require(nameof(DatabaseOptions.DatabaseUrl), database?.Reveal(), "the database's address");
        faults.ThrowIfAny();
    }
}

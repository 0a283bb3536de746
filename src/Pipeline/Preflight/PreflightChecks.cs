using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Previews;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>What is looked at, in the order it is shown.</summary>
internal static class PreflightChecks
{
    /// <summary>The first phase, before anything is built.</summary>
    public static IReadOnlyList<IPreflightCheck> Of(PreflightOptions options)
    {
        var (look, expected) = (options.LastLook, options.Expected);
        var shared = new SharedReads(look.Manifests, look.Image);
        return
        [
            new ClusterCheck(),
            new NamespaceCheck(),
            new PermissionsCheck(shared),
            new KindsCheck(shared),
            .. OfManifests(shared),
            new ReferencesCheck(shared, migrates: !look.Database.IsAbsent),
            new QuotaCheck(shared),
            new NodesCheck(shared, expected),
            new CapacityCheck(shared),
            new DisruptionBudgetsCheck(shared),
            new NodePressureCheck(shared),
            new UsageCheck(shared),
            new ApiResourcesCheck(shared, look.Manifests, expected.Of("api")),
            new ReachableCheck(CheckName.DockerEngine, (context, cancellation) => EngineAsync(look.Image, context, cancellation)),
            new ReachableCheck(CheckName.Registry, (context, cancellation) => RegistryAsync(look.Image, context, cancellation)),
            new DatabaseCheck(look.Database),
            new DatabaseResourcesCheck(look.Database, expected.Of("database")),
            new ClientProgramsCheck(look.Database),
            new ReplicaCheck(look),
            new RedisCheck(options.RedisEndpoints, expected.Of("cache")),
            new BucketCheck(CheckName.BackupBucket, options.Backup.BackupBucket!, options.Backup.Storage),
            new BucketCheck(CheckName.SiteBucket, look.Frontend.FrontendBucket!, look.Frontend.Storage),
            new ReachableCheck(CheckName.Cdn, (_, cancellation) => CdnInvalidation.PingAsync(options.Cdn, cancellation)),
            new WindowCheck(look.MaintenanceWindow),
            new LockCheck(),
        ];
    }

    /// <summary>The second phase, with the image that was built.</summary>
    public static IReadOnlyList<IPreflightCheck> Last(LastLookOptions options)
    {
        var shared = new SharedReads(options.Manifests, options.Image);
        return
        [
            .. OfManifests(shared),
            new ImageCheck(options.Image, shared),
            new BackupCheck(options),
            new ReplicaCheck(options),
            new WindowCheck(options.MaintenanceWindow),
            new LockCheck(),
            .. options.FromPreview is { } plan ? (IPreflightCheck[])[new PreviewCheck(options.Preview, plan)] : [],
        ];
    }

    private static IEnumerable<IPreflightCheck> OfManifests(SharedReads shared) => [new ManifestsCheck(shared), new ImmutableFieldsCheck(shared), new DroppedFieldsCheck(shared)];

    private static async Task<string> EngineAsync(ImageOptions image, StepContext context, CancellationToken cancellation)
    {
        using var engine = DockerEngine.Open(image, context.Gate);
        await engine.PingAsync(cancellation);
        return engine.Address.ToString();
    }

    private static async Task<string> RegistryAsync(ImageOptions image, StepContext context, CancellationToken cancellation)
    {
        using var registry = await RegistryClient.OpenAsync(image, context, cancellation);
        await registry.PingAsync(cancellation);
        return image.Repository;
    }
}

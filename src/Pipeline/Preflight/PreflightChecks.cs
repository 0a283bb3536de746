using Pipeline.Frontend;
using Pipeline.Images;
using Pipeline.Releases;

namespace Pipeline.Preflight;

/// <summary>What is looked at before a release, in the order it is shown.</summary>
internal static class PreflightChecks
{
    public static IReadOnlyList<IPreflightCheck> Of(PreflightOptions options) =>
    [
        new ClusterCheck(),
        new NamespaceCheck(),
        new PermissionsCheck(),
        .. options.Secrets.Select(name => new SecretCheck(name)),
        new NodesCheck(),
        new ReachableCheck("docker engine", (_, cancellation) => EngineAsync(options.Image, cancellation)),
        new ReachableCheck("registry", (context, cancellation) => RegistryAsync(options.Image, context, cancellation)),
        new DatabaseCheck(options.Database),
        new ClientProgramsCheck(options.Database),
        new BucketCheck("backup bucket", options.Backup.BackupBucket!, options.Backup.Storage),
        new BucketCheck("site bucket", options.Frontend.FrontendBucket!, options.Frontend.Storage),
        new ReachableCheck("cdn", (_, cancellation) => CdnInvalidation.PingAsync(options.Cdn, cancellation)),
    ];

    private static async Task<string> EngineAsync(ImageOptions image, CancellationToken cancellation)
    {
        using var engine = DockerEngine.Open(image);
        await engine.PingAsync(cancellation);
        return engine.Address.ToString();
    }

    private static async Task<string> RegistryAsync(ImageOptions image, StepContext context, CancellationToken cancellation)
    {
        using var registry = await RegistryClient.OpenAsync(image, context.Hide, cancellation);
        await registry.PingAsync(cancellation);
        return image.Repository;
    }
}

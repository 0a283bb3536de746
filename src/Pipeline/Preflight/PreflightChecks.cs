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
        new DatabaseCheck(options.Database),
        new ClientProgramsCheck(options.Database),
        new BucketCheck("backup bucket", options.Backup.BackupBucket!, options.Backup.Storage),
        new BucketCheck("site bucket", options.Frontend.FrontendBucket!, options.Frontend.Storage),
    ];
}

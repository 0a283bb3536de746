namespace Pipeline.Preflight;

/// <summary>What the checks are called: in the table, in the record, and where a person leaves one out.</summary>
internal static class CheckName
{
    public const string Cluster = "cluster";
    public const string Namespace = "namespace";
    public const string Permissions = "permissions";
    public const string Kinds = "kinds";
    public const string Manifests = "manifests";
    public const string ImmutableFields = "immutable-fields";
    public const string DroppedFields = "dropped-fields";
    public const string References = "references";
    public const string Quota = "quota";
    public const string Capacity = "capacity";
    public const string DisruptionBudgets = "disruption-budgets";
    public const string Nodes = "nodes";
    public const string NodePressure = "node-pressure";
    public const string Usage = "usage";
    public const string ApiResources = "api-resources";
    public const string DockerEngine = "docker-engine";
    public const string Registry = "registry";
    public const string Database = "database";
    public const string DatabaseResources = "database-resources";
    public const string ClientPrograms = "pg-dump";
    public const string Replica = "replica";
    public const string Redis = "redis";
    public const string Backup = "backup";
    public const string BackupBucket = "backup-bucket";
    public const string SiteBucket = "site-bucket";
    public const string Cdn = "cdn";
    public const string Window = "window";
    public const string Lock = "lock";
    public const string Image = "image";

    /// <summary>Every name, in the order of the table.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Cluster, Namespace, Permissions, Kinds, Manifests, ImmutableFields, DroppedFields, References, Quota, Nodes, Capacity,
        DisruptionBudgets, NodePressure, Usage, ApiResources, DockerEngine, Registry, Image, Database, DatabaseResources, ClientPrograms,
        Replica, Redis, Backup, BackupBucket, SiteBucket, Cdn, Window, Lock,
    ];
}

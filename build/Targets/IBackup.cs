using Nuke.Common;
using Pipeline.Backups;
using Pipeline.Build.Settings;

namespace Pipeline.Build.Targets;

/// <summary>Dumps the database, uploads the dump and proves that it can be restored.</summary>
internal interface IBackup : IRunSteps, IHazBackupBucket
{
    /// <summary>Dumps the database, uploads the dump and proves that it can be restored.</summary>
    Target Backup => _ => _
        .Description("Dumps the database, uploads the dump and proves that it can be restored.")
        .DependsOn<IPreflight>()
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Requires(() => BackupBucket)
        .Requires(() => DatabaseUrl != null || WithoutDatabase != null)
        .Executes(() => Run(new BackupStep(Backups)));
}

using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Migrations;
using Pipeline.Preflight;

namespace Pipeline.Build.Targets;

/// <summary>Shows and runs the schema's migrations, in the release's own image.</summary>
internal interface IMigrate : IRunSteps, IHazPreflight, IHazAcceptedRisks
{
    /// <summary>Shows and runs the schema's migrations, in the release's own image.</summary>
    Target Migrate => _ => _
        .Description("Shows and runs the schema's migrations, in the release's own image.")
        .DependsOn<IPreflight>()
        .DependsOn<IBackup>()
        .DependsOn<IPushImage>()
        .DependsOn<IBuildFrontend>()
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Requires(() => DatabaseUrl != null || WithoutDatabase != null)
        .Executes(() => Run(new MigrateStep(Migration, Risks, new LastLook(LastLook))));
}

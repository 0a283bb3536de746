using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Previews;

namespace Pipeline.Build.Targets;

/// <summary>Shows what Deploy would change; changes nothing.</summary>
internal interface IPreview : IRunSteps, IHazMigrations, IHazFrontendBucket
{
    /// <summary>Shows what Deploy would change; changes nothing.</summary>
    Target Preview => _ => _
        .Description("Shows what Deploy would change; changes nothing. Exit code 10: there are changes.")
        .DependsOn<IBuildImage>()
        .DependsOn<IBuildFrontend>()
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Requires(() => RegistryUrl)
        .Requires(() => DatabaseUrl != null || WithoutDatabase != null)
        .Requires(() => FrontendBucket, () => ApiUrl)
        .Executes(() => Run(new PreviewStep(new PreviewOptions { Image = Image, Migration = Migration, Frontend = Frontend })));
}

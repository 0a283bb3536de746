using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Rollouts;

namespace Pipeline.Build.Targets;

/// <summary>Releases everything: image, schema, pods, pages and CDN. Puts it back when it fails.</summary>
internal interface IDeploy : IRunSteps, IHazManifests, IHazAcceptedRisks
{
    /// <summary>Releases everything: image, schema, pods, pages and CDN. Puts it back when it fails.</summary>
    Target Deploy => _ => _
        .Description("Releases everything: image, schema, pods, pages and CDN. Puts it back when it fails.")
        .DependsOn<IPreflight>()
        .DependsOn<IBackup>()
        .DependsOn<IPushImage>()
        .DependsOn<IBuildFrontend>()
        .DependsOn<IMigrate>()
        .Triggers<ISyncFrontend>()
        .Triggers<IInvalidate>()
        .Triggers<IVerify>()
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Executes(() => Run(new DeployStep(Manifests, Risks)));
}

using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Previews;

namespace Pipeline.Build.Targets;

/// <summary>Shows what Deploy would change; changes nothing.</summary>
internal interface IPreview : IRunSteps, IHazManifests, IHazDatabase, IHazFrontendBucket
{
    /// <summary>Keeps the plan.</summary>
    [Parameter("The file in which Preview keeps what it showed, for Deploy --from-preview.")]
    string? Save => TryGetValue(() => Save);

    /// <summary>Shows what Deploy would change; changes nothing.</summary>
    Target Preview => _ => _
        .Description("Shows what Deploy would change; changes nothing. Exit code 10: there are changes.")
        .DependsOn<IBuildImage>()
        .DependsOn<IBuildFrontend>()
        .Requires(() => EnvironmentName, () => KubeContext, () => KubeNamespace, () => ClusterUid)
        .Requires(() => RegistryUrl)
        .Requires(() => DatabaseUrl != null || WithoutDatabase != null)
        .Requires(() => FrontendBucket, () => ApiUrl)
        .Executes(() => Run(new PreviewStep(new PreviewOptions { Image = Image, Database = Database, Manifests = Manifests, Frontend = Frontend }, Save)));
}

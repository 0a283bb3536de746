using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Images;

namespace Pipeline.Build.Targets;

/// <summary>Pushes the image and confirms its digest at the registry.</summary>
internal interface IPushImage : IRunSteps, IHazRegistry
{
    /// <summary>Pushes the image and confirms its digest at the registry.</summary>
    Target PushImage => _ => _
        .Description("Pushes the image and confirms its digest at the registry.")
        .DependsOn<IBuildImage>()
        .Requires(() => RegistryUrl)
        .Executes(() => Run(new PushImageStep(Image)));
}

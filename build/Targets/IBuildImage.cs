using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Images;

namespace Pipeline.Build.Targets;

/// <summary>Builds the API's image.</summary>
internal interface IBuildImage : IRunSteps, IHazRegistry
{
    /// <summary>Builds the API's image.</summary>
    Target BuildImage => _ => _
        .Description("Builds the API's image.")
        .TryAfter<IPreflight>(x => x.Preflight)
        .Executes(() => Run(new BuildImageStep(Image)));
}

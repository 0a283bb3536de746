using Nuke.Common;
using Pipeline.Build.Settings;
using Pipeline.Frontend;

namespace Pipeline.Build.Targets;

/// <summary>Builds the site with npm.</summary>
internal interface IBuildFrontend : IRunSteps, IHazFrontendBucket
{
    /// <summary>Builds the site with npm.</summary>
    Target BuildFrontend => _ => _
        .Description("Builds the site with npm.")
        .TryAfter<IPreflight>(x => x.Preflight)
        .Executes(() => Run(new BuildFrontendStep(Frontend)));
}

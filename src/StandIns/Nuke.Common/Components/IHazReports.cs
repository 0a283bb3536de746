#nullable disable
using Nuke.Common.IO;

namespace Nuke.Components;

/// <summary>The build leaves reports.</summary>
public interface IHazReports : IHazArtifacts
{
    /// <summary>Where they are.</summary>
    AbsolutePath ReportDirectory => ArtifactsDirectory / "reports";
}

#nullable disable
using Nuke.Common;
using Nuke.Common.IO;

namespace Nuke.Components;

/// <summary>The build leaves files for people and for CI.</summary>
public interface IHazArtifacts : INukeBuild
{
    /// <summary>Where they are.</summary>
    AbsolutePath ArtifactsDirectory => RootDirectory / "artifacts";
}

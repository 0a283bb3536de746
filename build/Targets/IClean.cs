using Nuke.Common;
using Nuke.Components;

namespace Pipeline.Build.Targets;

/// <summary>Removes what builds and tests left.</summary>
internal interface IClean : IHazArtifacts
{
    /// <summary>Removes what builds and tests left.</summary>
    Target Clean => _ => _
        .Description("Removes artifacts and what the site's build left. The compiled build itself stays: it is what an incident needs.")
        .Executes(() =>
        {
            foreach (var folder in (string[])[ArtifactsDirectory, RootDirectory / "src" / "DatasetManagement" / "web" / "build"])
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
            return Task.CompletedTask;
        });
}

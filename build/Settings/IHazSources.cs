using Nuke.Common;

namespace Pipeline.Build.Settings;

/// <summary>What a release is made from: folders of the repository.</summary>
internal interface IHazSources : INukeBuild
{
    /// <summary>The manifests.</summary>
    [Parameter("The folder with the manifests, from the repository's root. Default: k8s.")]
    string? ManifestFolder => TryGetValue(() => ManifestFolder);

    /// <summary>The API.</summary>
    [Parameter("The folder with the API's Dockerfile, from the repository's root. Default: src/DatasetManagement/api.")]
    string? ImageContext => TryGetValue(() => ImageContext);

    /// <summary>The site.</summary>
    [Parameter("The folder with the site's package.json, from the repository's root. Default: src/DatasetManagement/web.")]
    string? FrontendSource => TryGetValue(() => FrontendSource);

    /// <summary>These settings as the engine takes them.</summary>
    SourceFolders Sources => new(Folder(ManifestFolder, "k8s"), Folder(ImageContext, "src/DatasetManagement/api"), Folder(FrontendSource, "src/DatasetManagement/web"));

    private string Folder(string? given, string otherwise) => Path.GetFullPath(string.IsNullOrWhiteSpace(given) ? otherwise : given, RootDirectory);
}

/// <summary>Absolute paths of what a release is made from.</summary>
internal sealed record SourceFolders(string Manifests, string Image, string Frontend);

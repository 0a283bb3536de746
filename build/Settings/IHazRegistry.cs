using Nuke.Common;
using Pipeline.Images;
using Pipeline.Settings;

namespace Pipeline.Build.Settings;

/// <summary>Which image, built by which engine, pushed to which registry.</summary>
internal interface IHazRegistry : IHazSources
{
    /// <summary>The registry.</summary>
    [Parameter("The registry: host, port and path, as in registry.example.com/team.")]
    string? RegistryUrl => TryGetValue(() => RegistryUrl);

    /// <summary>The account.</summary>
    [Parameter("The account at the registry. Default: what docker login stored.")]
    string? RegistryUser => TryGetValue(() => RegistryUser);

    /// <summary>Its password.</summary>
    [Parameter("The account's password or token.")]
    [Secret]
    string? RegistryPassword => TryGetValue(() => RegistryPassword);

    /// <summary>The repository.</summary>
    [Parameter("The repository as the manifests name it. Default: dataset-management/api.")]
    string? ImageRepository => TryGetValue(() => ImageRepository);

    /// <summary>The platform.</summary>
    [Parameter("The platform that the image is built for. Default: linux/amd64.")]
    string? ImagePlatform => TryGetValue(() => ImagePlatform);

    /// <summary>Build arguments.</summary>
    [Parameter("Further build arguments of the Dockerfile, each NAME=value; they stay readable in the image.")]
    string[]? BuildArguments => TryGetValue(() => BuildArguments);

    /// <summary>The engine.</summary>
    [Parameter("The Docker engine. Default: DOCKER_HOST, else the current docker context, else the platform's socket.")]
    string? DockerEndpoint => TryGetValue(() => DockerEndpoint);

    /// <summary>Moves a tag.</summary>
    [Parameter("Moves a version tag at the registry that already names another image.")]
    bool OverwriteTag => TryGetValue<bool?>(() => OverwriteTag) ?? false;

    /// <summary>These settings as the engine takes them.</summary>
    ImageOptions Image => new()
    {
        RegistryUrl = RegistryUrl,
        RegistryUser = RegistryUser,
        RegistryPassword = Secret.From(RegistryPassword),
        ImageRepository = ImageRepository,
        ImageContext = Sources.Image,
        ImagePlatform = ImagePlatform,
        BuildArguments = BuildArguments ?? [],
        DockerEndpoint = DockerEndpoint,
        OverwriteTag = OverwriteTag,
    };
}

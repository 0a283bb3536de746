using Pipeline.Settings;

namespace Pipeline.Images;

/// <summary>Which image is built, by which engine, and which registry it is pushed to.</summary>
public sealed record ImageOptions
{
    /// <summary>Registry host, port and path before the repository, as in <c>registry.example.com/team</c>.</summary>
    public string? RegistryUrl { get; init; }

    /// <summary>The account at the registry.</summary>
    /// <value>What <c>docker login</c> stored for the registry, else none.</value>
    public string? RegistryUser { get; init; }

    /// <summary>The account's password or token.</summary>
    public Secret? RegistryPassword { get; init; }

    /// <summary>The repository as the manifests name it.</summary>
    /// <value><c>dataset-management/api</c>.</value>
    public string? ImageRepository { get; init; }

    /// <summary>The folder that is sent to the engine; its Dockerfile is built.</summary>
    public required string ImageContext { get; init; }

    /// <summary>The Docker engine's address, as in <c>unix:///var/run/docker.sock</c>.</summary>
    /// <value><c>DOCKER_HOST</c>, else the current docker context, else the platform's own socket.</value>
    public string? DockerEndpoint { get; init; }

    /// <summary>Registry and repository without a tag.</summary>
    public string Repository => $"{RegistryUrl}/{RepositoryInManifests}";

    /// <summary>The repository as the manifests name it.</summary>
    public string RepositoryInManifests => string.IsNullOrWhiteSpace(ImageRepository) ? "dataset-management/api" : ImageRepository;

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        faults.Require(nameof(RegistryUrl), RegistryUrl, "the registry's address");
        if (RegistryUrl is { Length: > 0 } url && (url.Contains("://", StringComparison.Ordinal) || url.EndsWith('/')))
            faults.Add(nameof(RegistryUrl), $"'{url}' is not a registry as images name it. Write host, port and path only, as in registry.example.com/team.");
    }
}

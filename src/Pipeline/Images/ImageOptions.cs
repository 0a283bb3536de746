using System.Text.RegularExpressions;
using Pipeline.Settings;

namespace Pipeline.Images;

/// <summary>Which image is built, by which engine, and which registry it is pushed to.</summary>
public sealed partial record ImageOptions
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

    /// <summary>The operating system and processor that the image is built for, as in <c>linux/arm64</c>.</summary>
    /// <value><c>linux/amd64</c>, whatever machine builds it: a laptop's own processor must not decide what the cluster gets.</value>
    public string? ImagePlatform { get; init; }

    /// <summary>Further build arguments, each <c>NAME=value</c>, beside <c>VERSION</c>. They stand in the image's history: none may be a secret.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> BuildArguments { get; init; } = [];

    /// <summary>Lets a version tag at the registry be moved to another image.</summary>
    /// <value>False.</value>
    public bool OverwriteTag { get; init; }

    /// <summary>The Docker engine's address, as in <c>unix:///var/run/docker.sock</c>.</summary>
    /// <value><c>DOCKER_HOST</c>, else the current docker context, else the platform's own socket.</value>
    public string? DockerEndpoint { get; init; }

    /// <summary>Registry and repository without a tag; the repository alone when no registry is given.</summary>
    public string Repository => string.IsNullOrWhiteSpace(RegistryUrl) ? RepositoryInManifests : $"{RegistryUrl}/{RepositoryInManifests}";

    /// <summary>The repository as the manifests name it.</summary>
    public string RepositoryInManifests => string.IsNullOrWhiteSpace(ImageRepository) ? "dataset-management/api" : ImageRepository;

    /// <summary><see cref="ImagePlatform"/> or its default.</summary>
    public string Platform => string.IsNullOrWhiteSpace(ImagePlatform) ? "linux/amd64" : ImagePlatform.Trim();

    /// <summary>Adds a sentence for everything that is wrong with building and pushing.</summary>
    public void Check(Faults faults)
    {
        faults.Require(nameof(RegistryUrl), RegistryUrl, "the registry's address");
        CheckBuild(faults);
    }

    /// <summary>Adds a sentence for everything that is wrong with building alone, which needs no registry.</summary>
    public void CheckBuild(Faults faults)
    {
        if (RegistryUrl is { Length: > 0 } url && !RegistryName().IsMatch(url))
            faults.Add(nameof(RegistryUrl), $"'{url}' is not a registry as images name it. Write host, port and path only, as in registry.example.com/team or docker.io/team.");
        if (!RepositoryName().IsMatch(RepositoryInManifests))
            faults.Add(nameof(ImageRepository), $"'{ImageRepository}' is not a repository. Use lower-case letters, digits, '.', '-', '_' and '/', without a tag.");
        if (!File.Exists(Path.Combine(ImageContext, "Dockerfile")))
            faults.Add(nameof(ImageContext), $"there is no Dockerfile in '{ImageContext}'.");
        if (!PlatformName().IsMatch(Platform))
            faults.Add(nameof(ImagePlatform), $"'{ImagePlatform}' is not a platform. Write operating system and processor, as in linux/amd64.");
        foreach (var argument in BuildArguments)
            CheckArgument(faults, argument);
    }

    private static void CheckArgument(Faults faults, string argument)
    {
        // Only the name is quoted: a person may have passed a secret here, and the message must not show it.
        var name = argument.Split('=')[0];
        if (!ArgumentName().IsMatch(name) || !argument.Contains('=', StringComparison.Ordinal))
            faults.Add(nameof(BuildArguments), $"'{name}' is not a build argument. Write NAME=value.");
        else if (name == BuildInputs.VersionArgument)
            faults.Add(nameof(BuildArguments), $"'{name}' is the release's version. Set it with {Flag.Of(nameof(Releases.ReleaseOptions.ReleaseVersion))}.");
    }

    // The first part must look like a host, or the engine takes it for an account at Docker Hub.
    [GeneratedRegex(@"\A(localhost(:\d+)?|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d+)?|[A-Za-z0-9-]+:\d+|\[[0-9a-fA-F:]+\](:\d+)?)(/[a-z0-9]+([._-]+[a-z0-9]+)*)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex RegistryName();

    [GeneratedRegex(@"\A[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex RepositoryName();

    [GeneratedRegex(@"\A[a-z0-9]+/[a-z0-9_]+(/[a-z0-9]+)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex PlatformName();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex ArgumentName();
}

using System.Net;

namespace Pipeline.Images;

/// <summary>Where an image lives, taken from its name.</summary>
/// <param name="Host">Host and port, as in <c>registry.example.com:5000</c>.</param>
/// <param name="Repository">The repository's path at that host.</param>
public sealed record RegistryAddress(string Host, string Repository)
{
    private const string DockerHub = "docker.io";

    /// <summary>The address in <paramref name="name"/>, which is an image's name without tag.</summary>
    public static RegistryAddress Of(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var (host, repository) = (name[..slash], name[(slash + 1)..]);
        // Docker Hub keeps images without an account under "library".
        return new RegistryAddress(host, host == DockerHub && !repository.Contains('/', StringComparison.Ordinal) ? "library/" + repository : repository);
    }

    /// <summary>True for a registry on this machine: like the engine, only there are passwords sent without TLS.</summary>
    public bool IsLoopback => IsLoopbackHost(new Uri($"http://{Host}").Host);

    /// <summary>The root of the registry's API.</summary>
    public Uri Api => new($"{(IsLoopback ? "http" : "https")}://{(Host == DockerHub ? "registry-1.docker.io" : Host)}/v2/");

    /// <summary>The name under which <c>docker login</c> keeps the credentials.</summary>
    public string LoginKey => Host == DockerHub ? "https://index.docker.io/v1/" : Host;

    internal static bool IsLoopbackHost(string host) =>
        host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}

using Docker.DotNet.Models;
using Secret = Pipeline.Settings.Secret;

namespace Pipeline.Images;

/// <summary>Who one is at a registry: user and password, or a token that stands for both.</summary>
/// <param name="User">The account.</param>
/// <param name="Password">Its password; null when there is a token.</param>
/// <param name="IdentityToken">A token that the registry's own token service exchanges; null when there is a password.</param>
public sealed record RegistryLogin(string User, Secret? Password, Secret? IdentityToken = null)
{
    /// <summary>What <c>docker login</c> and its helpers write as the account when the secret is a token.</summary>
    internal const string TokenUser = "<token>";

    /// <summary>The login for the registry in the options: theirs, else the one that <c>docker login</c> stored, else null.</summary>
    /// <param name="options">Registry, account and password.</param>
    /// <param name="hide">Masks a value on every sink.</param>
    /// <param name="cancellation">Ends a credential helper.</param>
    /// <exception cref="Errors.FailureException">The stored login cannot be read.</exception>
    public static async Task<RegistryLogin?> FindAsync(ImageOptions options, Action<Secret?> hide, CancellationToken cancellation)
    {
        var login = options.RegistryUser is { Length: > 0 } user && options.RegistryPassword is { } password
            ? new RegistryLogin(user, password)
            : await DockerLogins.Default.FindAsync(RegistryAddress.Of(options.Repository), cancellation);
        hide(login?.Password);
        hide(login?.IdentityToken);
        return login;
    }

    /// <summary>The login as the engine takes it.</summary>
    internal AuthConfig ForEngine(RegistryAddress registry) => new()
    {
        ServerAddress = registry.LoginKey,
        Username = IdentityToken is null ? User : null,
        Password = Password?.Reveal(),
        IdentityToken = IdentityToken?.Reveal(),
    };
}

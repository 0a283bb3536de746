using System.ComponentModel;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CliWrap;
using CliWrap.Buffered;
using Pipeline.Errors;
using Pipeline.Settings;

namespace Pipeline.Images;

/// <summary>What <c>docker login</c> stored: in its configuration file, or in a credential helper that the file names.</summary>
/// <param name="folder">The folder of <c>config.json</c>.</param>
internal sealed class DockerLogins(string folder)
{
    /// <summary>The folder that the docker command uses: <c>DOCKER_CONFIG</c>, else <c>~/.docker</c>.</summary>
    public static DockerLogins Default => new(Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker"));

    /// <summary>The login for a registry, or null when none is stored.</summary>
    /// <exception cref="FailureException">The file or its helper cannot be used.</exception>
    public async Task<RegistryLogin?> FindAsync(RegistryAddress registry, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
            return null;
        try
        {
            var file = JsonNode.Parse(await File.ReadAllTextAsync(path, cancellation));
            var helper = file?["credHelpers"]?[registry.LoginKey]?.GetValue<string>() ?? file?["credsStore"]?.GetValue<string>();
            return string.IsNullOrEmpty(helper)
                ? InFile(file?["auths"] as JsonObject, registry)
                : await AskAsync(helper, registry, cancellation);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"The login for '{registry.Host}' cannot be read from '{path}': {e.Message} Run 'docker login {registry.Host}' again, or set {UserAndPassword}.", cause: e);
        }
    }

    private static string UserAndPassword => $"{Flag.VariableOf(nameof(ImageOptions.RegistryUser))} and {Flag.VariableOf(nameof(ImageOptions.RegistryPassword))}";

    private static RegistryLogin? InFile(JsonObject? logins, RegistryAddress registry)
    {
        // Older versions of docker wrote the registry as a whole address.
        var entry = logins?[registry.LoginKey] ?? logins?.FirstOrDefault(l => HostOf(l.Key) == registry.Host).Value;
        if (entry?["identitytoken"]?.GetValue<string>() is { Length: > 0 } token)
            return new RegistryLogin(RegistryLogin.TokenUser, null, new Secret(token));
        if (entry?["auth"]?.GetValue<string>() is not { Length: > 0 } auth)
            return null;
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(auth)).Split(':', 2);
        return pair.Length == 2 ? new RegistryLogin(pair[0], Secret.From(pair[1].TrimEnd('\0'))) : throw new FormatException("its 'auth' is not user:password.");
    }

    private static string HostOf(string key) => Uri.TryCreate(key, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address.Authority : key.Split('/')[0];

    private static async Task<RegistryLogin?> AskAsync(string helper, RegistryAddress registry, CancellationToken cancellation)
    {
        var program = "docker-credential-" + helper;
        BufferedCommandResult answer;
        try
        {
            answer = await Cli.Wrap(program).WithArguments("get").WithStandardInputPipe(PipeSource.FromString(registry.LoginKey))
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellation);
        }
        catch (Win32Exception)
        {
            throw new FailureException($"The login for '{registry.Host}' is kept by '{program}', which was not found. Put it on the PATH, or set {UserAndPassword}.");
        }

        // Helpers say so on standard output, with exit code 1.
        if (answer.ExitCode != 0 && answer.StandardOutput.Contains("credentials not found", StringComparison.OrdinalIgnoreCase))
            return null;
        if (answer.ExitCode != 0)
            throw new FailureException($"'{program}' could not give the login for '{registry.Host}': {(answer.StandardOutput + answer.StandardError).Trim()}");
        var login = JsonNode.Parse(answer.StandardOutput);
        var (user, secret) = (login?["Username"]?.GetValue<string>() ?? "", Secret.From(login?["Secret"]?.GetValue<string>()));
        return user == RegistryLogin.TokenUser ? new RegistryLogin(user, null, secret) : new RegistryLogin(user, secret);
    }
}

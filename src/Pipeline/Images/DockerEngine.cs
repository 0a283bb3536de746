using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Docker.DotNet;
using Docker.DotNet.Models;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Settings;
using Serilog;

namespace Pipeline.Images;

/// <summary>The engine that builds and pushes.</summary>
public sealed class DockerEngine : IDisposable
{
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(5);
    private readonly DockerClient client;
    private readonly RequestGate gate;

    private DockerEngine(DockerClient client, RequestGate gate) => (this.client, this.gate) = (client, gate);

    /// <summary>Where the engine listens.</summary>
    public Uri Address => client.Options.Endpoint;

    /// <summary>Finds the engine's address; sends nothing yet.</summary>
    /// <param name="options">Which engine.</param>
    /// <param name="gate">What each request passes first; nothing when there is none.</param>
    /// <exception cref="UsageException">The address cannot be used.</exception>
    public static DockerEngine Open(ImageOptions options, RequestGate? gate = null)
    {
        try
        {
            var builder = new DockerClientBuilder();
            if (!string.IsNullOrWhiteSpace(options.DockerEndpoint))
                builder = builder.WithEndpoint(new Uri(options.DockerEndpoint, UriKind.Absolute));
            return new DockerEngine(builder.Build(), gate ?? new RequestGate());
        }
        catch (SshDockerEndpointNotSupportedException)
        {
            throw new UsageException($"{Flag.Of(nameof(ImageOptions.DockerEndpoint))}: an engine behind ssh:// cannot be used. Forward its socket ('ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST') and pass unix:///tmp/docker.sock.");
        }
        catch (Exception e) when (e is UriFormatException or DockerConfigurationException or NotSupportedException or ArgumentException or InvalidOperationException or JsonException)
        {
            throw new UsageException($"{Flag.Of(nameof(ImageOptions.DockerEndpoint))}: '{options.DockerEndpoint ?? "DOCKER_HOST or the docker context"}' names no engine: {e.Message}");
        }
    }

    /// <summary>Proves that the engine answers.</summary>
    /// <exception cref="FailureException">It does not.</exception>
    public async Task PingAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(PingLimit);
        try
        {
            await gate.PassAsync(limit.Token);
            await client.System.PingAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Silent($"no answer within {PingLimit.TotalSeconds:0} seconds", null);
        }
        catch (DockerApiException e)
        {
            throw Silent($"'{Address}/_ping' was answered with {(int)e.StatusCode}, so something else listens there", e);
        }
        catch (Exception e) when (IsConnectionFault(e))
        {
            throw Silent(e.InnerException?.Message ?? e.Message, e);
        }
    }

    /// <summary>Whether the engine has the image that is made from these inputs.</summary>
    public async Task<bool> HasAsync(BuildInputs inputs, CancellationToken cancellation) =>
        await FindAsync(inputs.Name, cancellation) is { } image && inputs.IsHashIn(image.Config?.Labels);

    /// <summary>Gives the image its version's tag at the engine.</summary>
    public Task TagAsync(BuildInputs inputs, CancellationToken cancellation) =>
        AskAsync($"tag '{inputs.VersionName}'", () => client.Images.TagImageAsync(
            inputs.Name, new ImageTagParameters { RepositoryName = inputs.Repository, Tag = inputs.Source.Version }, cancellation));

    /// <summary>Builds the image and proves that it is there, with the inputs' label and for the right platform.</summary>
    /// <param name="inputs">What is built.</param>
    /// <param name="context">The archive of the context.</param>
    /// <param name="login">Credentials for a base image at the same registry; null when there are none.</param>
    /// <param name="log">Takes the engine's output.</param>
    /// <param name="cancellation">Ends the build.</param>
    /// <exception cref="FailureException">The Dockerfile is wrong, a step failed, or the engine stopped.</exception>
    public async Task BuildAsync(BuildInputs inputs, Stream context, AuthConfig? login, ILogger log, CancellationToken cancellation)
    {
        var output = new BuildOutput(inputs.VersionName, log);
        await AskAsync($"build '{inputs.VersionName}'", () => client.Images.BuildImageFromDockerfileAsync(
            Parameters(inputs), context, null, RegistryConfig(login), output, cancellation));
        output.ThrowIfFailed();
        var image = await FindAsync(inputs.Name, cancellation);
        if (image is null || !inputs.IsHashIn(image.Config?.Labels))
            throw new FailureException($"The image '{inputs.VersionName}' was not built: the output of the engine at {Address} broke off, and the image is not there. Look at the engine's own log, then run BuildImage again.");
        // Old engines build for another platform than the one they were asked for, and say nothing.
        if (!inputs.Platform.StartsWith($"{image.Os}/{image.Architecture}", StringComparison.Ordinal))
            throw new FailureException($"The image '{inputs.VersionName}' was built for '{image.Os}/{image.Architecture}' instead of '{inputs.Platform}'. The engine at {Address} cannot build for that platform, or the Dockerfile names another; see {Flag.Of(nameof(ImageOptions.ImagePlatform))}.");
    }

    /// <summary>Pushes the image under its inputs' tag.</summary>
    /// <returns>The digest of its manifest.</returns>
    /// <exception cref="FailureException">The registry or the engine did not take it to the end.</exception>
    public async Task<string> PushAsync(BuildInputs inputs, AuthConfig? login, ILogger log, CancellationToken cancellation)
    {
        var output = new PushOutput(inputs.VersionName, log);
        await AskAsync($"push '{inputs.Name}'", () => client.Images.PushImageAsync(
            inputs.Repository, new ImagePushParameters { Tag = inputs.Tag }, login ?? new AuthConfig(), output, cancellation));
        return output.Digest();
    }

    /// <summary>What a command prints in an image of this engine, without a network.</summary>
    /// <exception cref="FailureException">The engine runs no containers or lacks the image, or the command failed.</exception>
    internal async Task<string> RunOfflineAsync(string image, string[] command, CancellationToken cancellation)
    {
        var (code, output, errors) = (0L, "", "");
        await AskAsync($"run '{string.Join(' ', command)}' in '{image}'", async () => (code, output, errors) = await new OfflineContainer(client).RunAsync(image, command, cancellation));
        return code == 0 ? output : throw new FailureException($"'{string.Join(' ', command)}' in the image '{image}' ended with exit code {code}: {errors.Trim()}");
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private static ImageBuildParameters Parameters(BuildInputs inputs) => new()
    {
        Tags = [inputs.Name, inputs.VersionName],
        Platform = inputs.Platform,
        BuildArgs = inputs.Arguments.ToDictionary(),
        Labels = new Dictionary<string, string>
        {
            [BuildInputs.Label] = inputs.Hash,
            ["org.opencontainers.image.version"] = inputs.Source.Version,
            ["org.opencontainers.image.revision"] = inputs.Source.Commit,
        },
        Remove = true,
        ForceRemove = true,
    };

    // Written here because the library encodes this header in plain base64, which the engine cannot read and silently ignores.
    private static Dictionary<string, string>? RegistryConfig(AuthConfig? login)
    {
        if (login is null)
            return null;
        var json = new JsonObject
        {
            [login.ServerAddress!] = new JsonObject { ["username"] = login.Username, ["password"] = login.Password, ["identitytoken"] = login.IdentityToken },
        };
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(json.ToJsonString()));
        return new Dictionary<string, string> { ["X-Registry-Config"] = text.Replace('+', '-').Replace('/', '_') };
    }

    private static bool IsConnectionFault(Exception e) =>
        e is HttpRequestException or AggregateException or IOException or System.Net.Sockets.SocketException or TimeoutException or PlatformNotSupportedException;

    private async Task<ImageInspectResponse?> FindAsync(string name, CancellationToken cancellation)
    {
        ImageInspectResponse? image = null;
        await AskAsync($"look for '{name}'", async () =>
        {
            try
            {
                image = await client.Images.InspectImageAsync(name, cancellation);
            }
            catch (DockerImageNotFoundException)
            {
            }
        });
        return image;
    }

    private async Task AskAsync(string what, Func<Task> request)
    {
        try
        {
            await gate.PassAsync(default);
            await request();
        }
        catch (DockerApiException e)
        {
            throw new FailureException($"The Docker engine at {Address} refused to {what}: {Said(e)}", cause: e);
        }
        catch (JsonException e)
        {
            throw new FailureException($"The Docker engine at {Address} was asked to {what} and answered with something that is not JSON: {e.Message}", cause: e);
        }
        catch (Exception e) when (IsConnectionFault(e))
        {
            throw Silent(e.InnerException?.Message ?? e.Message, e);
        }
    }

    // {"message":"dockerfile parse error line 2: unknown instruction: BOGUS"}
    private static string Said(DockerApiException e)
    {
        try
        {
            return JsonNode.Parse(e.ResponseBody ?? "")?["message"]?.ToString() ?? $"status {(int)e.StatusCode}";
        }
        catch (JsonException)
        {
            return $"status {(int)e.StatusCode}: {e.ResponseBody?.Trim()}";
        }
    }

    private FailureException Silent(string why, Exception? cause) =>
        new($"The Docker engine at {Address} does not answer: {why}. Start it, or name another one with {Flag.Of(nameof(ImageOptions.DockerEndpoint))} or DOCKER_HOST.", cause: cause);
}

using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Errors;
using Pipeline.Leases;
using Pipeline.Runs;
using Pipeline.Settings;
using Polly;
using Polly.Retry;

namespace Pipeline.Images;

/// <summary>Requests to the registry about one repository: which digest a tag has, and giving a tag to a digest.</summary>
public sealed class RegistryClient : IDisposable
{
    // Without these, a registry converts the manifest to the oldest format, which has another digest.
    private static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private static readonly ResiliencePipeline<HttpResponseMessage> Patience = new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = answer => ValueTask.FromResult(answer.Outcome.Result?.StatusCode is HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout),
            MaxRetryAttempts = 6,
            Delay = TimeSpan.FromMilliseconds(500),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .Build();

    private readonly HttpClient client;
    private readonly RegistryAddress registry;
    private readonly RegistryLogin? login;

    /// <param name="registry">Which registry and repository.</param>
    /// <param name="login">Who asks; null for an anonymous request.</param>
    /// <param name="gate">What each request passes first; nothing when there is none.</param>
    public RegistryClient(RegistryAddress registry, RegistryLogin? login, RequestGate? gate = null)
    {
        this.registry = registry;
        this.login = login;
        var connection = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = !registry.IsLoopback };
        client = new HttpClient(new RegistryAuthorization(registry, login, new GatedRequests(gate ?? new RequestGate(), connection))) { Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>The client for the repository in the options, with the login that belongs to it.</summary>
    /// <param name="options">Registry, repository and account.</param>
    /// <param name="context">The run: masks the login, and lets each request through its gate.</param>
    /// <param name="cancellation">Ends the search for a login.</param>
    public static async Task<RegistryClient> OpenAsync(ImageOptions options, StepContext context, CancellationToken cancellation) =>
        new(RegistryAddress.Of(options.Repository), await RegistryLogin.FindAsync(options, context.Hide, cancellation), context.Gate);

    /// <summary>Proves that the registry answers and takes the login.</summary>
    /// <exception cref="FailureException">It does not.</exception>
    public async Task PingAsync(CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, registry.Api, null, cancellation);
        if (!response.IsSuccessStatusCode)
            throw await RefusalAsync("the check of its API", response, cancellation);
    }

    /// <summary>The digest that a tag has at the registry, or null when the tag is not there.</summary>
    /// <exception cref="FailureException">The registry does not answer, or does not let one read.</exception>
    public async Task<string?> FindDigestAsync(string tag, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Head, Manifest(tag), null, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!response.IsSuccessStatusCode)
            throw await RefusalAsync($"reading '{Name(tag)}'", response, cancellation);
        return response.Headers.TryGetValues("Docker-Content-Digest", out var digests)
            ? digests.First()
            : DigestOf((await ReadAsync(tag, cancellation)).Manifest);
    }

    /// <summary>The platforms that an image is for, each as in <c>linux/amd64</c>; null when the image is not at the registry.</summary>
    /// <exception cref="FailureException">The registry does not answer, or does not let one read.</exception>
    public async Task<IReadOnlyList<string>?> FindPlatformsAsync(string digest, CancellationToken cancellation)
    {
        if (await FindDigestAsync(digest, cancellation) is null)
            return null;
        var manifest = JsonNode.Parse((await ReadAsync(digest, cancellation)).Manifest)!;
        // An index lists a manifest for each platform, and attestations, whose platform is unknown.
        if (manifest["manifests"] is JsonArray list)
            return [.. list.Select(m => m!["platform"]).OfType<JsonNode>().Where(p => (string?)p["os"] != "unknown").Select(PlatformOf)];
        using var response = await SendAsync(HttpMethod.Get, new Uri(registry.Api, $"{registry.Repository}/blobs/{manifest["config"]!["digest"]}"), null, cancellation);
        return response.IsSuccessStatusCode
            ? [PlatformOf(JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellation))!)]
            : throw await RefusalAsync($"reading the configuration of '{Name(digest)}'", response, cancellation);
    }

    /// <summary>Gives a tag to an image that is already at the registry. The tag is moved when another image has it.</summary>
    /// <exception cref="FailureException">The registry does not let one write.</exception>
    public async Task TagAsync(string digest, string tag, CancellationToken cancellation)
    {
        var (manifest, type) = await ReadAsync(digest, cancellation);
        if (DigestOf(manifest) != digest)
            throw new FailureException($"The registry '{registry.Host}' sent a manifest for '{digest}' that has the digest '{DigestOf(manifest)}'. Something between it and this machine changes what it sends.");
        var content = () => new ByteArrayContent(manifest) { Headers = { ContentType = type } };
        using var response = await SendAsync(HttpMethod.Put, Manifest(tag), content, cancellation);
        if (!response.IsSuccessStatusCode)
            throw await RefusalAsync($"writing the tag '{Name(tag)}'", response, cancellation);
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private static string DigestOf(byte[] manifest) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(manifest));

    private static string PlatformOf(JsonNode node) => $"{node["os"]}/{node["architecture"]}";

    private Uri Manifest(string reference) => new(registry.Api, $"{registry.Repository}/manifests/{reference}");

    private string Name(string tag) => $"{registry.Host}/{registry.Repository}:{tag}";

    private async Task<(byte[] Manifest, MediaTypeHeaderValue? Type)> ReadAsync(string reference, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, Manifest(reference), null, cancellation);
        return response.IsSuccessStatusCode
            ? (await response.Content.ReadAsByteArrayAsync(cancellation), response.Content.Headers.ContentType)
            : throw await RefusalAsync($"reading '{Name(reference)}'", response, cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, Func<HttpContent>? content, CancellationToken cancellation)
    {
        try
        {
            return await Patience.ExecuteAsync(async token => await SendOnceAsync(method, address, content, token), cancellation);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Silent($"no answer within {client.Timeout.TotalSeconds:0} seconds", e);
        }
        catch (HttpRequestException e)
        {
            throw Silent(e.InnerException?.Message ?? e.Message, e);
        }
        catch (JsonException e)
        {
            throw Silent(e.Message, e);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri address, Func<HttpContent>? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content?.Invoke() };
        foreach (var type in ManifestTypes)
            request.Headers.Accept.ParseAdd(type);
        return await client.SendAsync(request, cancellation);
    }

    private FailureException Silent(string why, Exception cause) =>
        new($"The registry '{registry.Host}' does not answer at {registry.Api}: {why}. Is {Flag.Of(nameof(ImageOptions.RegistryUrl))} right?", cause: cause);

    private async Task<FailureException> RefusalAsync(string what, HttpResponseMessage response, CancellationToken cancellation)
    {
        var said = $"{(int)response.StatusCode} {Said(await response.Content.ReadAsStringAsync(cancellation))}".TrimEnd();
        if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
            return new FailureException($"The registry '{registry.Host}' answered {what} with {said}.");
        var who = login is null ? "an anonymous request" : login.User == RegistryLogin.TokenUser ? "the stored token" : $"the account '{login.User}'";
        return new FailureException($"The registry '{registry.Host}' refused {who} {what} ({said}). Run 'docker login {registry.Host}', or set "
            + $"{Flag.VariableOf(nameof(ImageOptions.RegistryUser))} and {Flag.VariableOf(nameof(ImageOptions.RegistryPassword))}.");
    }

    // {"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}
    private static string Said(string body)
    {
        try
        {
            return JsonNode.Parse(body)?["errors"]?[0]?["message"]?.ToString() ?? "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return "";
        }
    }
}

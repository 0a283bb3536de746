using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Images;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>The engine's requests to one registry about one repository, with its errors in the engine's words.</summary>
internal sealed class RegistrySession : IDisposable
{
    private static readonly string[] ManifestTypes = [Manifest.DockerImage, Manifest.OciImage, Manifest.DockerList, Manifest.OciIndex];

    private readonly HttpClient client;
    private readonly Uri api;
    private readonly string repository;

    /// <param name="name">Registry and repository.</param>
    /// <param name="login">Who asks; null for nobody.</param>
    public RegistrySession(ImageName name, EngineLogin? login)
    {
        var address = new RegistryAddress(name.Host, name.Path);
        (api, repository) = (address.Api, name.Path);
        client = new HttpClient(new RegistryKnock(login, new SocketsHttpHandler { UseProxy = !address.IsLoopback })) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Proves that the registry answers and lets one in.</summary>
    public async Task PingAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, api, null, cancellation);
        await ThrowUnlessAsync(answer, cancellation, HttpStatusCode.OK);
    }

    /// <summary>Whether the repository has a blob.</summary>
    public async Task<bool> HasAsync(string digest, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Head, At($"blobs/{digest}"), null, cancellation);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>Sends a blob.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task SendBlobAsync(string digest, Func<Stream> open, CancellationToken cancellation)
    {
        using var started = await SendAsync(HttpMethod.Post, At("blobs/uploads/"), null, cancellation);
        await ThrowUnlessAsync(started, cancellation, HttpStatusCode.Accepted);
        var location = new Uri(api, started.Headers.Location!);
        using var sent = await SendAsync(HttpMethod.Patch, location, () => Content(open(), "application/octet-stream"), cancellation);
        await ThrowUnlessAsync(sent, cancellation, HttpStatusCode.Accepted);
        location = new Uri(api, sent.Headers.Location!);
        var end = new UriBuilder(location) { Query = $"{location.Query.TrimStart('?')}&digest={Uri.EscapeDataString(digest)}".TrimStart('&') }.Uri;
        using var ended = await SendAsync(HttpMethod.Put, end, () => Content(Stream.Null, "application/octet-stream"), cancellation);
        await ThrowUnlessAsync(ended, cancellation, HttpStatusCode.Created);
    }

    /// <summary>Sends a manifest and gives it a tag.</summary>
    public async Task SendManifestAsync(string tag, byte[] manifest, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Put, At($"manifests/{tag}"), () => Content(new MemoryStream(manifest), Manifest.DockerImage), cancellation);
        await ThrowUnlessAsync(answer, cancellation, HttpStatusCode.Created, HttpStatusCode.OK);
    }

    /// <summary>Gets a manifest by tag or digest.</summary>
    public async Task<Manifest> ManifestAsync(string reference, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, At($"manifests/{reference}"), null, cancellation);
        await ThrowUnlessAsync(answer, cancellation, HttpStatusCode.OK);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return new Manifest($"{answer.Content.Headers.ContentType}", bytes, JsonNode.Parse(bytes) as JsonObject ?? []);
    }

    /// <summary>Gets a blob.</summary>
    public async Task<T> BlobAsync<T>(string digest, Func<Stream, Task<T>> read, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, At($"blobs/{digest}"), null, cancellation);
        await ThrowUnlessAsync(answer, cancellation, HttpStatusCode.OK);
        await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
        return await read(content);
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private static StreamContent Content(Stream stream, string type) => new(stream) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private Uri At(string path) => new(api, $"{repository}/{path}");

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, Func<HttpContent>? content, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(method, address) { Content = content?.Invoke() };
            request.Headers.Accept.ParseAdd(string.Join(", ", ManifestTypes));
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            var why = e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                ? $"dial tcp {address.Authority}: connect: connection refused"
                : e.InnerException is SocketException unreachable ? $"dial tcp: {unreachable.Message}" : "EOF";
            throw EngineException.Failed($"{method.Method[..1]}{method.Method[1..].ToLowerInvariant()} \"{address}\": {why}");
        }
    }

    // {"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}
    private static async Task ThrowUnlessAsync(HttpResponseMessage answer, CancellationToken cancellation, params HttpStatusCode[] expected)
    {
        if (expected.Contains(answer.StatusCode))
            return;
        var status = (int)answer.StatusCode;
        if (answer.StatusCode == HttpStatusCode.Unauthorized && answer.Headers.WwwAuthenticate.Any(c => c.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            && answer.RequestMessage?.Headers.Authorization is null)
            throw new EngineException(500, "no basic auth credentials");
        if (status is >= 400 and < 500 && await SaidAsync(answer, cancellation) is { } said)
            throw new EngineException(status == 404 ? 404 : 500, said);
        throw EngineException.Failed($"received unexpected HTTP status: {status} {answer.ReasonPhrase}");
    }

    private static async Task<string?> SaidAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))?["errors"]?[0];
            return error is null ? null : $"{error["code"]}".Replace('_', ' ').ToLowerInvariant() + $": {error["message"]}";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

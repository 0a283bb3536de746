using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using k8s;
using k8s.Exceptions;
using Pipeline.Errors;

namespace Pipeline.Cluster;

/// <summary>
/// Requests to one cluster, in one namespace, as one user. The client library brings connection, certificates, tokens and exec plugins;
/// objects stay JSON, because manifests may hold kinds and fields that no client version knows.
/// </summary>
public sealed class ClusterConnection : IDisposable
{
    /// <summary>The field manager under which this product applies.</summary>
    public const string FieldManager = "pipeline";

    private readonly Kubernetes client;

    private ClusterConnection(Kubernetes client, string space, string context)
    {
        this.client = client;
        Namespace = space;
        Context = context;
    }

    /// <summary>The namespace of every namespaced request.</summary>
    public string Namespace { get; }

    /// <summary>The kubeconfig's context.</summary>
    public string Context { get; }

    /// <summary>The API server's address.</summary>
    public Uri Server => client.BaseUri;

    /// <summary>Reads the kubeconfig and prepares the connection; sends nothing yet.</summary>
    /// <exception cref="UsageException">Kubeconfig or context cannot be used.</exception>
    public static ClusterConnection Open(ClusterOptions options)
    {
        var path = KubeconfigFile.PathOf(options.KubeConfig);
        var file = KubeconfigFile.Read(path);
        if (!file.Contexts.Any(c => c.Name == options.KubeContext))
            throw new UsageException($"--kube-context: '{options.KubeContext}' is not in '{path}', which has: {string.Join(", ", file.Contexts.Select(c => c.Name))}.");
        try
        {
            var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(file, options.KubeContext);
            // A watch may stay silent for long; every other request is bounded by the step that makes it.
            configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
            return new ClusterConnection(new Kubernetes(configuration), options.KubeNamespace ?? "default", options.KubeContext!);
        }
        catch (Exception e) when (e is KubeConfigException or IOException or FormatException or System.Security.Cryptography.CryptographicException)
        {
            throw new UsageException($"--kube-config: the context '{options.KubeContext}' in '{path}' cannot be used: {e.Message}");
        }
    }

    /// <summary>One object, or null when there is none.</summary>
    public async Task<JsonObject?> FindAsync(Resource resource, string name, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, resource.PathIn(Namespace, name), null, cancellation);
        }
        catch (ClusterRequestException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Every object of a kind that carries the labels, read in pages.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListAsync(Resource resource, string? labels, CancellationToken cancellation)
    {
        var all = new List<JsonObject>();
        string? next = null;
        do
        {
            var query = $"?limit=500&labelSelector={Uri.EscapeDataString(labels ?? "")}&continue={Uri.EscapeDataString(next ?? "")}";
            var page = await SendAsync(HttpMethod.Get, resource.PathIn(Namespace) + query, null, cancellation);
            all.AddRange(page.Items("items"));
            next = page.Text("metadata", "continue");
        }
        while (!string.IsNullOrEmpty(next));
        return all;
    }

    /// <summary>Makes an object.</summary>
    public Task<JsonObject> CreateAsync(Resource resource, JsonObject body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, resource.PathIn(Namespace), Json(body, "application/json"), cancellation);

    /// <summary>Replaces an object; its <c>resourceVersion</c> decides whether it is still the one that was read.</summary>
    public Task<JsonObject> ReplaceAsync(Resource resource, JsonObject body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Put, resource.PathIn(Namespace, body.Name()), Json(body, "application/json"), cancellation);

    /// <summary>Applies a manifest server-side as <see cref="FieldManager"/>.</summary>
    /// <param name="resource">Its kind.</param>
    /// <param name="manifest">What is wanted.</param>
    /// <param name="force">Takes over fields that another manager owns.</param>
    /// <param name="dryRun">Lets the server do everything but store it.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="ClusterRequestException">Refused; <see cref="ClusterRequestException.IsConflict"/> when another manager owns a field.</exception>
    public Task<JsonObject> ApplyAsync(Resource resource, JsonObject manifest, bool force, bool dryRun, CancellationToken cancellation)
    {
        var query = $"?fieldManager={FieldManager}&force={(force ? "true" : "false")}{(dryRun ? "&dryRun=All" : "")}";
        // The server reads JSON as the YAML that this media type names.
        return SendAsync(HttpMethod.Patch, resource.PathIn(Namespace, manifest.Name()) + query, Json(manifest, "application/apply-patch+yaml"), cancellation);
    }

    /// <summary>Deletes an object and, in the background, what belongs to it. Nothing happens when it is gone already.</summary>
    public async Task DeleteAsync(Resource resource, string name, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, resource.PathIn(Namespace, name) + "?propagationPolicy=Background", null, cancellation);
        }
        catch (ClusterRequestException e) when (e.Status == HttpStatusCode.NotFound)
        {
        }
    }

    /// <summary>Sends a request and reads its JSON answer.</summary>
    /// <exception cref="ClusterRequestException">The server answered with an error.</exception>
    /// <exception cref="FailureException">The server did not answer.</exception>
    public async Task<JsonObject> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var response = await StreamAsync(method, path, content, cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        return await JsonNode.ParseAsync(stream, cancellationToken: cancellation) as JsonObject
            ?? throw new FailureException($"The Kubernetes API at {Server} answered {method} {path} with something that is no object.");
    }

    /// <summary>Sends a request and hands over the open answer, for watches and logs.</summary>
    /// <inheritdoc cref="SendAsync" path="/exception"/>
    public async Task<HttpResponseMessage> StreamAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(Server, path)) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            if (client.Credentials is { } credentials)
                await credentials.ProcessHttpRequestAsync(request, cancellation);
            var response = await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw await ErrorAsync(request, response, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new FailureException($"The Kubernetes API at {Server} (context '{Context}') does not answer: {e.InnerException?.Message ?? e.Message}", cause: e);
        }
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private static StringContent Json(JsonObject body, string mediaType) => new(body.ToJsonString(), null, mediaType);

    private async Task<ClusterRequestException> ErrorAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        JsonObject? status = null;
        try
        {
            status = JsonNode.Parse(text) as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            // A proxy in between answers in HTML or plain text.
        }

        var said = status.Text("message") ?? (text.Length > 300 ? text[..300] : text);
        return new ClusterRequestException(
            $"{request.Method} {request.RequestUri!.AbsolutePath} as '{Context}' was answered with {(int)response.StatusCode}: {said}", response.StatusCode, status.Text("reason"));
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Pipeline.Errors;
using Pipeline.Leases;

namespace Pipeline.Cluster;

/// <summary>
/// Requests to one cluster, in one namespace, as one user. The client library brings connection, certificates, tokens and exec plugins;
/// objects stay JSON, because manifests may hold kinds and fields that no client version knows.
/// </summary>
public sealed class ClusterConnection : IDisposable
{
    /// <summary>The field manager under which this product applies.</summary>
    public const string FieldManager = "pipeline";

    // Longer than the server gives an admission webhook; a server that says nothing for so long will not.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(35);
    // How long a server may be busy, restarting or out of reach once it has answered; less than the limit above.
    private static readonly TimeSpan PatientFor = TimeSpan.FromSeconds(30);
    // A server whose answer is an error, such as one whose admission webhook fails, may mean it.
    private static readonly TimeSpan DoubtsFor = TimeSpan.FromSeconds(8);
    // How long a refusal may last that passes by itself.
    private static readonly TimeSpan PassesWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.25);
    // The deploy lock must be renewed soon after the server is back.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromSeconds(10);
    private readonly ClusterAccess access;
    private readonly TimeProvider time;
    private readonly Uri root;
    private readonly RequestGate? gate;
    private bool hasAnswered;

    private ClusterConnection(ClusterAccess access, string space, string context, TimeProvider time, RequestGate? gate = null)
    {
        this.access = access;
        this.gate = gate;
        this.time = time;
        // A server behind a path, as multi-cluster gateways have it, keeps that path.
        root = new Uri(access.Client.BaseUri.AbsoluteUri.TrimEnd('/') + '/');
        Namespace = space;
        Context = context;
    }

    /// <summary>The namespace of every namespaced request.</summary>
    public string Namespace { get; }

    /// <summary>The kubeconfig's context.</summary>
    public string Context { get; }

    /// <summary>The API server's address.</summary>
    public Uri Server => access.Client.BaseUri;

    /// <summary>Reads the kubeconfig and prepares the connection; sends nothing yet.</summary>
    /// <param name="options">Which cluster and namespace.</param>
    /// <param name="time">The clock of its limits; the system's when none is given.</param>
    /// <exception cref="UsageException">Kubeconfig or context cannot be used.</exception>
    public static ClusterConnection Open(ClusterOptions options, TimeProvider? time = null)
    {
        var clock = time ?? TimeProvider.System;
        return new ClusterConnection(new ClusterAccess(options, clock), options.KubeNamespace ?? "default", options.KubeContext!, clock);
    }

    /// <summary>The same connection, whose requests pass a gate first; the one that it was made from is disposed for both.</summary>
    internal ClusterConnection Behind(RequestGate barrier) => new(access, Namespace, Context, time, barrier);

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
    public Task<IReadOnlyList<JsonObject>> ListAsync(Resource resource, string? labels, CancellationToken cancellation) => ListAsync(resource, labels, null, cancellation);

    /// <summary>Every object of a kind that carries the labels and has the fields, as in <c>involvedObject.name=api-1</c>, read in pages.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListAsync(Resource resource, string? labels, string? fields, CancellationToken cancellation)
    {
        var selected = fields is null ? "" : $"&fieldSelector={Uri.EscapeDataString(fields)}";
        return (await ReadListAsync($"{resource.PathIn(Namespace)}?labelSelector={Uri.EscapeDataString(labels ?? "")}{selected}", cancellation)).Items;
    }

    /// <summary>A list, read in pages.</summary>
    /// <param name="path">The kind's path and a query.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <returns>Its objects, and the cluster's counter up to which they are everything: every page shows the state of the first one.</returns>
    internal async Task<(IReadOnlyList<JsonObject> Items, string? Version)> ReadListAsync(string path, CancellationToken cancellation)
    {
        var (all, version) = (new List<JsonObject>(), (string?)null);
        for (string? next = ""; next is not null;)
        {
            try
            {
                var page = await SendAsync(HttpMethod.Get, $"{path}&limit=500&continue={Uri.EscapeDataString(next)}", null, cancellation);
                all.AddRange(page.Items("items"));
                version ??= page.Text("metadata", "resourceVersion");
                next = page.Text("metadata", "continue") is { Length: > 0 } more ? more : null;
            }
            catch (ClusterRequestException e) when (e.Status == HttpStatusCode.Gone && next?.Length > 0)
            {
                // The server no longer has the state that the pages before showed.
                all.Clear();
                (version, next) = (null, "");
            }
        }

        return (all, version);
    }

    /// <summary>Makes an object.</summary>
    public Task<JsonObject> CreateAsync(Resource resource, JsonObject body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, resource.PathIn(Namespace), Json(body, "application/json"), cancellation);

    /// <summary>Replaces an object; its <c>resourceVersion</c> decides whether it is still the one that was read.</summary>
    public Task<JsonObject> ReplaceAsync(Resource resource, JsonObject body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Put, resource.PathIn(Namespace, body.Name()), Json(body, "application/json"), cancellation);

    /// <summary>Applies a manifest server-side as <see cref="FieldManager"/>; again, for ten seconds, after a refusal that passes by itself.</summary>
    /// <param name="resource">Its kind.</param>
    /// <param name="manifest">What is wanted.</param>
    /// <param name="force">Takes over fields that another manager owns.</param>
    /// <param name="dryRun">Lets the server do everything but store it.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="ClusterRequestException">Refused; <see cref="ClusterRequestException.IsConflict"/> when another manager owns a field.</exception>
    public async Task<JsonObject> ApplyAsync(Resource resource, JsonObject manifest, bool force, bool dryRun, CancellationToken cancellation)
    {
        var path = $"{resource.PathIn(Namespace, manifest.Name())}?fieldManager={FieldManager}&force={(force ? "true" : "false")}{(dryRun ? "&dryRun=All" : "")}";
        for (var started = time.GetTimestamp(); ;)
        {
            try
            {
                // The server reads JSON as the YAML that this media type names.
                return await SendAsync(HttpMethod.Patch, path, Json(manifest, "application/apply-patch+yaml"), cancellation);
            }
            catch (ClusterRequestException e) when (e.IsPassing && time.GetElapsedTime(started) < PassesWithin)
            {
                await Task.Delay(LongestPause, time, cancellation);
            }
        }
    }

    /// <summary>Deletes an object and, in the background, what belongs to it. Nothing happens when it is gone already.</summary>
    public Task DeleteAsync(Resource resource, string name, CancellationToken cancellation) => DeleteAsync(resource, name, "Background", cancellation);

    /// <summary>Deletes what belongs to an object and, once that is gone, the object: until then it is found, marked as deleted.</summary>
    public Task DeleteInForegroundAsync(Resource resource, string name, CancellationToken cancellation) => DeleteAsync(resource, name, "Foreground", cancellation);

    /// <summary>Sends a request and reads its JSON answer.</summary>
    /// <exception cref="ClusterRequestException">The server answered with an error.</exception>
    /// <exception cref="FailureException">The server did not answer.</exception>
    public async Task<JsonObject> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var response = await StreamAsync(method, path, content, either.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            return await JsonNode.ParseAsync(stream, cancellationToken: either.Token) as JsonObject
                ?? throw new FailureException($"The Kubernetes API at {Server} answered {method} {path} with something that is no object.");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new FailureException($"The Kubernetes API at {Server} (context '{Context}') does not answer: nothing came within {AnswerWithin.TotalSeconds} s.", cause: new TimeoutException());
        }
        catch (JsonException e)
        {
            throw new FailureException($"The Kubernetes API at {Server} answered {method} {path} with something that is no object.", cause: e);
        }
        catch (IOException e)
        {
            throw new FailureException($"The Kubernetes API at {Server} (context '{Context}') broke off its answer to {method} {path}: {e.Message}", cause: e);
        }
    }

    /// <summary>
    /// Sends a request and hands over the open answer, for watches and logs. Asks again, for half a minute, a server that is busy, and one
    /// that failed or is out of reach where the request may be sent twice.
    /// </summary>
    /// <inheritdoc cref="SendAsync" path="/exception"/>
    public async Task<HttpResponseMessage> StreamAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var body = content;
        var (started, renewed) = (time.GetTimestamp(), false);
        for (var pause = FirstPause; ; pause = Shorter(pause * 2, LongestPause))
        {
            try
            {
                var client = access.Client;
                var response = await AskAsync(client, method, path, content, cancellation);
                hasAnswered = true;
                if (response.IsSuccessStatusCode)
                    return response;
                using (response)
                {
                    if (response.StatusCode == HttpStatusCode.Unauthorized && !renewed && (renewed = access.Renew(client)))
                        continue;
                    if (PauseIn(method, response, pause) is not { } asked || time.GetElapsedTime(started) + asked > (response.Headers.RetryAfter is null ? DoubtsFor : PatientFor))
                        throw await ErrorAsync(method, response, cancellation);
                    await Task.Delay(asked, time, cancellation);
                }
            }
            catch (FailureException e) when (e.InnerException is HttpRequestException error && MayAskAgain(method, error) && time.GetElapsedTime(started) + pause <= PatientFor)
            {
                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    /// <summary>Sends one request, never a second, and hands over the open answer whatever its status: through the API server's proxy it is the pod's own.</summary>
    /// <exception cref="FailureException">The server did not answer.</exception>
    public Task<HttpResponseMessage> AskOnceAsync(string path, CancellationToken cancellation) => AskAsync(access.Client, HttpMethod.Get, path, null, cancellation);

    /// <inheritdoc />
    public void Dispose() => access.Dispose();

    private static StringContent Json(JsonObject body, string mediaType) => new(body.ToJsonString(), null, mediaType);

    // With the header the server says that it did not begin the work.
    private static TimeSpan? PauseIn(HttpMethod method, HttpResponseMessage response, TimeSpan pause)
    {
        if ((int)response.StatusCode is not (429 or >= 500))
            return null;
        if (response.Headers.RetryAfter is { } after)
            return Shorter(after.Delta ?? pause, LongestAskedFor);
        return IsRepeatable(method) ? pause : null;
    }

    // An address that never answered is more likely wrong than busy. Without a connection, or credentials, nothing was sent.
    private bool MayAskAgain(HttpMethod method, HttpRequestException error) =>
        hasAnswered && (error.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.UserAuthenticationError || IsRepeatable(method));

    // An apply sent twice is one apply, and a replacement sent twice is a conflict, which whoever replaces resolves by reading. Only a
    // creation would meet its own first half.
    private static bool IsRepeatable(HttpMethod method) => method != HttpMethod.Post;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private async Task DeleteAsync(Resource resource, string name, string propagation, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, resource.PathIn(Namespace, name) + $"?propagationPolicy={propagation}", null, cancellation);
        }
        catch (ClusterRequestException e) when (e.Status == HttpStatusCode.NotFound)
        {
        }
    }

    private async Task<HttpResponseMessage> AskAsync(Kubernetes client, HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        if (gate is not null)
            await gate.PassAsync(cancellation);
        var request = new HttpRequestMessage(method, new Uri(root, path)) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        await AuthorizeAsync(client, request, cancellation);
        try
        {
            return await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new FailureException($"The Kubernetes API at {Server} (context '{Context}') does not answer: {e.InnerException?.Message ?? e.Message}", cause: e);
        }
    }

    // An exec plugin, or a token's issuer, fails in ways of its own, and may answer in a moment.
    private async Task AuthorizeAsync(Kubernetes client, HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            if (client.Credentials is { } credentials)
                await credentials.ProcessHttpRequestAsync(request, cancellation).WaitAsync(cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            throw new FailureException(
                $"The context '{Context}' gives no credentials for the Kubernetes API at {Server}: {e.Message}", cause: new HttpRequestException(HttpRequestError.UserAuthenticationError, e.Message, e));
        }
    }

    private async Task<string> ReadErrorAsync(HttpMethod method, HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadAsStringAsync(cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new FailureException(
                $"The Kubernetes API at {Server} (context '{Context}') broke off its answer to {method} {response.RequestMessage!.RequestUri!.AbsolutePath}, a {(int)response.StatusCode}: {e.InnerException?.Message ?? e.Message}", cause: e);
        }
    }

    private async Task<ClusterRequestException> ErrorAsync(HttpMethod method, HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await ReadErrorAsync(method, response, cancellation);
        JsonObject? status = null;
        try
        {
            status = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // A proxy in between answers in HTML or plain text.
        }

        // A body that cannot be decoded is quoted: error found in #10 byte of ...|"password":"…
        var isSecret = response.StatusCode == HttpStatusCode.BadRequest && response.RequestMessage!.RequestUri!.AbsolutePath.Contains("/secrets", StringComparison.Ordinal);
        var said = isSecret ? "the Secret cannot be decoded; what the server said may quote it, so it is not shown. Check it with 'kubectl apply --dry-run=server'." : status.Text("message") ?? (text.Length > 300 ? text[..300] : text);
        var advice = response.StatusCode == HttpStatusCode.Unauthorized ? ". The cluster does not take the credentials of this context, although they were read again. Log in again; what was done stays, and the same command goes on" : "";
        return new ClusterRequestException(
            $"{method} {response.RequestMessage!.RequestUri!.AbsolutePath} as '{Context}' was answered with {(int)response.StatusCode}: {said}{advice}", response.StatusCode, status.Text("reason"), status.At("details"));
    }
}

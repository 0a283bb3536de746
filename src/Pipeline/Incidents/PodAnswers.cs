using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Incidents;

/// <summary>What a pod answered.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="What">The probe, or <c>metrics</c>.</param>
/// <param name="Address">Port and path, as in <c>8080/health</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Milliseconds">How long it took through the API server.</param>
/// <param name="Body">The beginning of what it said.</param>
internal sealed record PodAnswer(string Pod, string What, string Address, int Status, double Milliseconds, string Body);

/// <summary>Asks each running pod for its metrics and its probes' addresses, through the API server's proxy: nothing else reaches a pod from outside.</summary>
internal sealed class PodAnswers(ClusterConnection cluster, Evidence evidence, TimeProvider time)
{
    private const int BodyLimit = 1 << 20;
    private const int Pods = 20;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);
    private readonly List<PodAnswer> answers = [];
    private readonly Lock gate = new();
    private volatile bool isRefused;

    /// <summary>Everything that was answered, by pod.</summary>
    public IReadOnlyList<PodAnswer> All
    {
        get
        {
            lock (gate)
                return [.. answers.OrderBy(a => a.Pod, StringComparer.Ordinal).ThenBy(a => a.What, StringComparer.Ordinal)];
        }
    }

    /// <summary>Asks the pods that run.</summary>
    public async Task ReadAsync(IReadOnlyList<JsonObject> pods, CancellationToken cancellation)
    {
        var running = pods.Where(p => p.Text("status", "podIP") is not null && p.Text("status", "phase") == "Running").Take(Pods).ToList();
        // One question finds out whether the user has the right at all.
        foreach (var pod in running.Take(1))
            await OfPodAsync(pod, cancellation);
        await Task.WhenAll(running.Skip(1).Select(p => OfPodAsync(p, cancellation)));
    }

    private async Task OfPodAsync(JsonObject pod, CancellationToken cancellation)
    {
        foreach (var (what, scheme, address) in QuestionsFor(pod))
        {
            if (isRefused)
                return;
            await evidence.TryAsync($"{what} of {pod.Name()}", () => AskAsync(pod.Name(), what, scheme, address, cancellation));
        }
    }

    private async Task AskAsync(string pod, string what, string scheme, string address, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        var path = $"{Resource.Pods.PathIn(cluster.Namespace)}/{scheme}{pod}:{address[..slash]}/proxy{address[slash..]}";
        using var over = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        using var response = await cluster.AskOnceAsync(path, either.Token);
        var body = await BeginningAsync(response, either.Token);
        if (RefusalIn(body) is { } refusal)
        {
            isRefused = true;
            evidence.Miss("answers of pods (the right to get pods/proxy)", refusal);
            return;
        }

        evidence.Add(what == "metrics" ? "metrics" : "probes", $"{pod}.{what}.txt", body);
        lock (gate)
            answers.Add(new PodAnswer(pod, what, address, (int)response.StatusCode, time.GetElapsedTime(started).TotalMilliseconds, body));
    }

    // A pod may answer without end.
    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        var text = new char[BodyLimit];
        return new string(text, 0, await reader.ReadBlockAsync(text, cancellation));
    }

    // {"kind":"Status","status":"Failure","reason":"Forbidden",…}: the API server's own answer, not the pod's. What it says of a pod that
    // does not answer is kept like an answer.
    private static string? RefusalIn(string body)
    {
        if (!body.StartsWith('{') || !body.Contains("\"Status\"", StringComparison.Ordinal))
            return null;
        try
        {
            var status = JsonNode.Parse(body) as JsonObject;
            if (status?.Kind() != "Status")
                return null;
            return status.Text("reason") switch
            {
                "Forbidden" => "not allowed",
                "NotFound" when status.At("details").Text("kind") is null => "the cluster does not have it",
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<(string What, string Scheme, string Address)> QuestionsFor(JsonObject pod)
    {
        var notes = pod.At("metadata", "annotations");
        var port = notes.Text("prometheus.io/port") ?? pod.Items("spec", "containers").SelectMany(c => c.Items("ports")).FirstOrDefault().Text("containerPort");
        if (port is not null)
            yield return ("metrics", "", $"{port}{Rooted(notes.Text("prometheus.io/path") ?? "/metrics")}");
        foreach (var container in pod.Items("spec", "containers"))
            foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
                if (container.At(probe, "httpGet") is { } asked && PortOf(container, asked.Text("port")) is { } number)
                    yield return ($"{container.Text("name")}.{probe}", asked.Text("scheme") == "HTTPS" ? "https:" : "", $"{number}{Rooted(asked.Text("path") ?? "/")}");
    }

    private static string? PortOf(JsonObject container, string? port) =>
        int.TryParse(port, CultureInfo.InvariantCulture, out _) ? port : container.Items("ports").FirstOrDefault(p => p.Text("name") == port).Text("containerPort");

    private static string Rooted(string path) => path.StartsWith('/') ? path : $"/{path}";
}

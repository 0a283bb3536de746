using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Nodes;

/// <summary>The logs of all containers, as files by pod, container and restart.</summary>
internal sealed class PodLogs(string folder, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ContainerLog> open = [];
    // A pod that goes is forgotten by its own worker and by its node, and a container of it may just begin.
    private readonly Lock gate = new();

    /// <summary>Begins the log of one run.</summary>
    public ContainerLog Open(string uid, string container, long restart)
    {
        var path = PathOf(uid, container, restart);
        lock (gate)
            return open[path] = new ContainerLog(path, time);
    }

    /// <summary>Forgets a pod that is gone.</summary>
    public void Remove(string uid)
    {
        var path = Path.Combine(folder, uid);
        foreach (var gone in open.Keys.Where(k => k.StartsWith(path + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            if (open.TryRemove(gone, out var log))
                log.Dispose();
        lock (gate)
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
    }

    /// <summary>The lines of a container's log. Refusals come with the first line that is asked for.</summary>
    /// <param name="pod">The pod as it is.</param>
    /// <param name="container">The container; null when there is but one.</param>
    /// <param name="options">Which lines.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ApiException">There is no such container, or nothing was logged yet.</exception>
    public async IAsyncEnumerable<string> ReadAsync(JsonObject pod, string? container, PodLogOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var path = Choose(pod, container, options.Previous);
        if (!File.Exists(path))
            yield break;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        foreach (var line in await BacklogAsync(reader, options, cancellation))
            yield return line;
        while (options.Follow)
        {
            // Asked for before the reading: a line in between is not missed.
            var change = open.GetValueOrDefault(path)?.NextChange();
            while (await reader.ReadLineAsync(cancellation) is { } line)
                yield return Shown(line, options);
            if (change is null)
                yield break;
            await change.WaitAsync(cancellation);
        }
    }

    private static async Task<IEnumerable<string>> BacklogAsync(StreamReader reader, PodLogOptions options, CancellationToken cancellation)
    {
        var lines = new Queue<string>();
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (options.Since is { } since && TimeOf(line) < since)
                continue;
            lines.Enqueue(Shown(line, options));
            if (lines.Count > options.Tail)
                lines.Dequeue();
        }

        return lines;
    }

    private string Choose(JsonObject pod, string? container, bool isPrevious)
    {
        var names = pod.Items("spec", "containers").Select(c => c.Text("name")!).ToList();
        if (container is null && names.Count != 1)
            throw Refused($"a container name must be specified for pod {pod.Name()}, choose one of: [{string.Join(' ', names)}]");
        var name = container ?? names[0];
        if (!names.Concat(pod.Items("spec", "initContainers").Select(c => c.Text("name")!)).Contains(name))
            throw Refused($"container {name} is not valid for pod {pod.Name()}");
        var status = pod.Items("status", "initContainerStatuses").Concat(pod.Items("status", "containerStatuses")).FirstOrDefault(s => s.Text("name") == name);
        var hasEnded = status.At("lastState", "terminated") is not null;
        var waiting = status.At("state", "waiting");
        if (isPrevious && !hasEnded)
            throw Refused($"previous terminated container \"{name}\" in pod \"{pod.Name()}\" not found");
        if (!hasEnded && (status is null || waiting is not null))
            throw Refused($"container \"{name}\" in pod \"{pod.Name()}\" is waiting to start: {waiting.Text("reason") ?? "ContainerCreating"}");
        // Between two runs the newest is the one that ended: the count grows when the next begins.
        var restart = status.Number("restartCount") - (isPrevious && waiting is null ? 1 : 0);
        return PathOf(pod.Text("metadata", "uid")!, name, restart);
    }

    private static ApiException Refused(string message) => new(HttpStatusCode.BadRequest, "BadRequest", message);

    private string PathOf(string uid, string container, long restart) => Path.Combine(folder, uid, container, $"{restart}.log");

    private static string Shown(string line, PodLogOptions options) => options.Timestamps ? line : line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static DateTimeOffset TimeOf(string line) =>
        DateTimeOffset.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(' ', StringComparison.Ordinal))), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : DateTimeOffset.MinValue;
}

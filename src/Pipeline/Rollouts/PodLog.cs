using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Rollouts;

/// <summary>Reads the log of a container.</summary>
internal static class PodLog
{
    // What a kubelet answers, with status 200, instead of the log of a run whose files are gone.
    private static readonly string[] NoLog = ["failed to try resolving symlinks in path", "unable to retrieve container logs for"];

    /// <summary>The last lines of the run that ended, where there was one, else of the run that goes on. Empty when nothing can be read.</summary>
    public static async Task<IReadOnlyList<string>> TailAsync(ClusterConnection cluster, string pod, string container, int lines, CancellationToken cancellation)
    {
        var previous = await ReadAsync(cluster, pod, $"container={container}&tailLines={lines}&previous=true", cancellation);
        return previous.Count > 0 ? previous : await ReadAsync(cluster, pod, $"container={container}&tailLines={lines}", cancellation);
    }

    /// <summary>The last lines of the run that ended and of the one after it; empty where there is none.</summary>
    public static async Task<ContainerRuns> LastRunsAsync(ClusterConnection cluster, string pod, string container, int lines, CancellationToken cancellation)
    {
        var query = $"container={container}&tailLines={lines}";
        var runs = await Task.WhenAll(ReadAsync(cluster, pod, $"{query}&previous=true", cancellation), ReadAsync(cluster, pod, query, cancellation));
        // While a container waits for its next start, both are the log of the run that ended.
        return new ContainerRuns(runs[0].SequenceEqual(runs[1]) ? [] : runs[0], runs[1]);
    }

    /// <summary>Hands on each line as it is written, until the container ends.</summary>
    public static async Task FollowAsync(ClusterConnection cluster, string pod, string container, Action<string> line, CancellationToken cancellation)
    {
        using var response = await cluster.StreamAsync(HttpMethod.Get, $"{Resource.Pods.PathIn(cluster.Namespace, pod)}/log?container={container}&follow=true", null, cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } text)
            line(text);
    }

    /// <summary>The log as the node keeps it; null when the files of that run are gone.</summary>
    /// <param name="cluster">Where the pod is.</param>
    /// <param name="pod">Its name.</param>
    /// <param name="query">Container, run and limits.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="FailureException">No such run, no right to read it, or no answer.</exception>
    public static async Task<string?> TextAsync(ClusterConnection cluster, string pod, string query, CancellationToken cancellation)
    {
        using var response = await cluster.StreamAsync(HttpMethod.Get, $"{Resource.Pods.PathIn(cluster.Namespace, pod)}/log?{query}", null, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        return NoLog.Any(n => text.StartsWith(n, StringComparison.Ordinal)) ? null : text;
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(ClusterConnection cluster, string pod, string query, CancellationToken cancellation)
    {
        try
        {
            var text = await TextAsync(cluster, pod, query, cancellation) ?? "";
            // What a line begins with stays: a traceback is read by its indentation.
            return [.. text.Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0)];
        }
        catch (FailureException)
        {
            // No run yet, no previous run, or no right to read it.
            return [];
        }
    }
}

/// <summary>The last lines of a container's last two runs.</summary>
/// <param name="Before">Of the run that ended before.</param>
/// <param name="Now">Of the last run.</param>
internal sealed record ContainerRuns(IReadOnlyList<string> Before, IReadOnlyList<string> Now);

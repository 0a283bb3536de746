using Pipeline.Cluster;
using Pipeline.Errors;

namespace Pipeline.Rollouts;

/// <summary>Reads the log of a container.</summary>
internal static class PodLog
{
    /// <summary>The last lines of the run that ended, where there was one, else of the run that goes on. Empty when nothing can be read.</summary>
    public static async Task<IReadOnlyList<string>> TailAsync(ClusterConnection cluster, string pod, string container, int lines, CancellationToken cancellation)
    {
        var previous = await ReadAsync(cluster, pod, $"container={container}&tailLines={lines}&previous=true", cancellation);
        return previous.Count > 0 ? previous : await ReadAsync(cluster, pod, $"container={container}&tailLines={lines}", cancellation);
    }

    /// <summary>Hands on each line as it is written, until the container ends.</summary>
    public static async Task FollowAsync(ClusterConnection cluster, string pod, string container, Action<string> line, CancellationToken cancellation)
    {
        using var response = await cluster.StreamAsync(HttpMethod.Get, $"{Resource.Pods.PathIn(cluster.Namespace, pod)}/log?container={container}&follow=true", null, cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } text)
            line(text);
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(ClusterConnection cluster, string pod, string query, CancellationToken cancellation)
    {
        try
        {
            using var response = await cluster.StreamAsync(HttpMethod.Get, $"{Resource.Pods.PathIn(cluster.Namespace, pod)}/log?{query}", null, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
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

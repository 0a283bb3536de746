using System.Diagnostics;
using System.Text.RegularExpressions;
using Pipeline.Cluster;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>Reads the server's own lines beside the watch that is measured, and notes when one first shows the sign.</summary>
/// <param name="cluster">Where to look.</param>
/// <param name="sign">What a line must match, as the server writes it.</param>
internal sealed class LiveSign(ClusterConnection cluster, string sign)
{
    private static readonly Resource[] Kinds = [Resource.Deployments, Resource.ReplicaSets, Resource.Jobs, Resource.Pods, Resource.Events];
    private readonly Regex pattern = new(sign, RegexOptions.None, TimeSpan.FromSeconds(1));
    private long seen;

    /// <summary>When it was first seen; null while it was not.</summary>
    public long? Seen => Interlocked.Read(ref seen) is > 0 and var at ? at : null;

    /// <summary>Reads from now on until it is cancelled.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(Kinds.Select(k => ReadAsync(k, cancellation)));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ReadAsync(Resource resource, CancellationToken cancellation)
    {
        using var response = await cluster.StreamAsync(HttpMethod.Get, $"{resource.PathIn(cluster.Namespace)}?watch=true", null, cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
            if (pattern.IsMatch(line))
                Interlocked.CompareExchange(ref seen, Stopwatch.GetTimestamp(), 0);
    }
}

using System.Net;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Rollouts;

namespace Pipeline.Migrations;

/// <summary>Hands on what a Job's container prints, each line once, through connections that break.</summary>
/// <param name="cluster">Where it runs.</param>
/// <param name="context">Clock and log.</param>
/// <param name="line">Takes each line.</param>
internal sealed class JobLog(ClusterConnection cluster, StepContext context, Action<string> line)
{
    private string? followed;
    private long shown;
    private bool isWarned;

    /// <summary>Follows until the container ends, the connection breaks or the time is over. What cannot be read ends no migration.</summary>
    /// <returns>True when there was something new.</returns>
    public async Task<bool> FollowAsync(string pod, string container, TimeSpan limit, CancellationToken cancellation)
    {
        if (followed != pod)
            (followed, shown) = (pod, 0);
        var (seen, before) = (0L, shown);
        using var over = new CancellationTokenSource(limit, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        try
        {
            await PodLog.FollowAsync(cluster, pod, container, Take, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is IOException or HttpRequestException or FailureException)
        {
            // Where the container only begins, there is no log yet.
            if (!isWarned && e is not ClusterRequestException { Status: HttpStatusCode.BadRequest })
                context.Log.Warning("The log of Pod/{Pod} cannot be read now; the migration goes on: {Why}", pod, e.Message);
            isWarned |= e is not ClusterRequestException { Status: HttpStatusCode.BadRequest };
        }

        return shown > before;

        void Take(string text)
        {
            if (++seen <= shown)
                return;
            shown = seen;
            line(text);
        }
    }
}

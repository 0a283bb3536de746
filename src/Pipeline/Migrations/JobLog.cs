using System.Collections.Concurrent;
using System.Net;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Incidents;
using Pipeline.Rollouts;
using Serilog;

namespace Pipeline.Migrations;

/// <summary>Hands on what a Job's container prints, run by run, each line once, through connections that break.</summary>
/// <param name="cluster">Where it runs.</param>
/// <param name="log">The step's log.</param>
/// <param name="time">The clock of pauses.</param>
/// <param name="container">The container.</param>
/// <param name="line">Takes each line.</param>
internal sealed class JobLog(ClusterConnection cluster, ILogger log, TimeProvider time, string container, Action<string> line) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int Kept = 15;
    private readonly CancellationTokenSource over = new();
    private readonly ConcurrentQueue<string> last = new();
    private Task following = Task.CompletedTask;
    private volatile string? running;
    private string? followed;
    private bool isWarned;

    /// <summary>The last lines that were read, secrets masked; a deadline takes the pod away, and its log with it.</summary>
    public IReadOnlyList<string> Last => EvidenceMask.WithoutIn([.. last]);

    /// <summary>Begins to follow a run that was not followed yet, once the one before is read.</summary>
    public void See(JobView view)
    {
        if (view.Container is not { } status || !JobJudge.IsRun(status.At("state")))
            return;
        var run = $"{view.Pod!.Name()}/{status.Number("restartCount")}";
        running = status.At("state", "running") is null ? null : run;
        if (run == followed)
            return;
        followed = run;
        following = FollowAsync(following, view.Pod!.Name(), run, over.Token);
    }

    /// <summary>Returns once everything is read, or after <paramref name="limit"/>. The container has ended.</summary>
    public async Task EndAsync(TimeSpan limit, CancellationToken cancellation)
    {
        running = null;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(following, Task.Delay(limit, time, late.Token));
        await late.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Reads no further.</summary>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await following.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        over.Dispose();
    }

    private async Task FollowAsync(Task before, string pod, string run, CancellationToken cancellation)
    {
        await before;
        // A stream ends with the container, and now and then, as when the node begins another file, before it.
        for (var shown = 0L; ; await Task.Delay(Pause, time, cancellation))
        {
            var (isRead, lines) = await OnceAsync(pod, shown, cancellation);
            shown = Math.Max(shown, lines);
            if (isRead && running != run)
                return;
        }
    }

    // What cannot be read ends no migration.
    private async Task<(bool IsRead, long Lines)> OnceAsync(string pod, long shown, CancellationToken cancellation)
    {
        var seen = 0L;
        try
        {
            await PodLog.FollowAsync(cluster, pod, container, Take, cancellation);
            return (true, seen);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return (false, seen);
        }
        catch (ClusterRequestException e) when (e.Status == HttpStatusCode.BadRequest)
        {
            // Where the container only begins, there is no log yet.
            return (true, seen);
        }
        catch (FailureException e)
        {
            if (!isWarned)
                log.Warning("The log of Pod/{Pod} cannot be read; the migration goes on: {Why}", pod, e.Message);
            isWarned = true;
            running = e is ClusterRequestException { IsForbidden: true } ? null : running;
            return (true, seen);
        }

        void Take(string text)
        {
            if (++seen <= shown)
                return;
            last.Enqueue(text);
            if (last.Count > Kept)
                last.TryDequeue(out _);
            line(text);
        }
    }
}

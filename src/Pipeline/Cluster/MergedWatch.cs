using System.Threading.Channels;
using Pipeline.Errors;
using Serilog;
using Serilog.Events;

namespace Pipeline.Cluster;

/// <summary>Several watches read as one. While nothing happens it asks the cluster nothing.</summary>
internal sealed class MergedWatch : IAsyncDisposable
{
    /// <summary>Of all events in a namespace only those about pods: they say what no object's status does.</summary>
    public const string AboutPods = "fieldSelector=involvedObject.kind%3DPod";

    private readonly Channel<(Resource Resource, WatchEvent Event)> changes = Channel.CreateUnbounded<(Resource, WatchEvent)>();
    private readonly CancellationTokenSource over;
    private readonly ClusterConnection cluster;
    private readonly ILogger log;
    private readonly TimeProvider time;
    private readonly Task sources;
    private readonly SortedDictionary<string, string?> known = new(StringComparer.Ordinal);

    /// <summary>Begins to watch.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="log">Told when events must not be watched, and before each wait what is known.</param>
    /// <param name="time">The clock of limits and pauses.</param>
    /// <param name="sources">Each kind with its selector, as <see cref="ClusterWatch.FollowAsync"/> takes it.</param>
    /// <param name="cancellation">Ends it.</param>
    public MergedWatch(ClusterConnection cluster, ILogger log, TimeProvider time, IEnumerable<(Resource Resource, string Selector)> sources, CancellationToken cancellation)
    {
        (this.cluster, this.log, this.time) = (cluster, log, time);
        over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        this.sources = Task.WhenAll([.. sources.Select(s => FeedAsync(s.Resource, s.Selector, over.Token))]);
    }

    /// <summary>Returns once there is something to read, or when the time is over: a grace runs out without a change in the cluster.</summary>
    /// <exception cref="FailureException">A kind other than events cannot be watched.</exception>
    public async Task AwaitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        if (log.IsEnabled(LogEventLevel.Verbose))
            log.Verbose("Known: {Versions:l}; waiting for changes, for at most {Limit}", string.Join(", ", known.Select(k => $"{k.Key} {k.Value}")), limit);
        try
        {
            await changes.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }
    }

    /// <summary>Takes the next change, if there is one.</summary>
    public bool TryRead(out (Resource Resource, WatchEvent Event) seen)
    {
        if (!changes.Reader.TryRead(out seen))
            return false;
        known[seen.Resource.Plural] = seen.Event.Version;
        return true;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await sources.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        over.Dispose();
    }

    private async Task FeedAsync(Resource resource, string selector, CancellationToken cancellation)
    {
        try
        {
            await foreach (var seen in new ClusterWatch(cluster, time).FollowAsync(resource, selector, cancellation))
                changes.Writer.TryWrite((resource, seen));
        }
        catch (ClusterRequestException e) when (e.IsForbidden && resource == Resource.Events)
        {
            // They tell causes earlier, and autoscalers speak through them; the verdict itself does not need them.
            log.Warning("Events cannot be watched, so that some causes are told late: {Why:l}", e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Without a right or a server there is nothing more to see; the reader ends with this error.
            changes.Writer.TryComplete(e);
        }
    }
}

using Pipeline.Sandbox.Cluster.Selection;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Answers watches: one JSON object a line for each change.</summary>
internal sealed class WatchStream(ClusterServerOptions options)
{
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DefaultLength = TimeSpan.FromMinutes(30);

    public async Task SendAsync(ApiRequest request)
    {
        var labels = LabelSelector.Parse(request.Query("labelSelector"));
        var fields = FieldSelector.Parse(request.Query("fieldSelector"), request.Kind);
        bool IsMeant(StoredObject stored) =>
            (request.Namespace is null || stored.Namespace == request.Namespace)
            && (request.Name.Length == 0 || stored.Name == request.Name)
            && labels.Matches(stored) && fields.Matches(stored);
        request.Http.Response.ContentType = "application/json";
        // A client waits for the headers, and the first change may be long in coming.
        await request.Http.Response.Body.FlushAsync(request.Aborted);
        var lines = new WatchLines(request, options.Time);
        using var length = new CancellationTokenSource(request.Number("timeoutSeconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : DefaultLength, options.Time);
        using var cut = new CancellationTokenSource(
            options.Faults.Find("watch-dropped") is { } dropped ? TimeSpan.FromSeconds(dropped.Number(2)) : Timeout.InfiniteTimeSpan, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, length.Token, cut.Token);
        try
        {
            await FollowAsync(request, lines, await SnapshotAsync(request, lines, IsMeant), IsMeant, either.Token);
        }
        catch (ApiException e) when (e.Reason == "Expired")
        {
            await lines.WriteAsync("ERROR", Answers.Status(e));
        }
        catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
        {
            if (cut.IsCancellationRequested)
                request.Http.Abort();
            else if (request.Flag("allowWatchBookmarks"))
                await lines.BookmarkAsync(options.Store.Version, isEndOfList: false);
        }
    }

    // Without a version, and with version 0, a watch begins with everything there is.
    private async Task<long> SnapshotAsync(ApiRequest request, WatchLines lines, Func<StoredObject, bool> isMeant)
    {
        var isList = request.Flag("sendInitialEvents");
        if (!isList && request.Query("resourceVersion") is not (null or "0"))
            return request.Number("resourceVersion") ?? 0;
        var (all, version) = options.Store.List(request.Kind, request.Namespace);
        foreach (var stored in all.Where(isMeant))
            await lines.WriteAsync("ADDED", stored);
        if (isList)
            await lines.BookmarkAsync(version, isEndOfList: true);
        return version;
    }

    private async Task FollowAsync(ApiRequest request, WatchLines lines, long from, Func<StoredObject, bool> isMeant, CancellationToken cancellation)
    {
        await using var changes = options.Store.WatchAsync(request.Kind, from, cancellation).GetAsyncEnumerator(cancellation);
        var next = changes.MoveNextAsync().AsTask();
        while (true)
        {
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var bookmark = next.IsCompleted ? Task.CompletedTask : Task.Delay(BookmarkEvery, options.Time, soon.Token);
            if (!next.IsCompleted && await Task.WhenAny(next, bookmark) == bookmark && !cancellation.IsCancellationRequested)
            {
                if (request.Flag("allowWatchBookmarks"))
                    await lines.BookmarkAsync(options.Store.Version, isEndOfList: false);
                continue;
            }

            await soon.CancelAsync();
            if (!await next)
                return;
            await SendAsync(lines, changes.Current, isMeant);
            next = changes.MoveNextAsync().AsTask();
        }
    }

    // An object that comes to match a selector is new to this watch, and one that ceases to is gone from it.
    private static Task SendAsync(WatchLines lines, StoreChange change, Func<StoredObject, bool> isMeant)
    {
        var (was, matches) = (change.Before is { } before && isMeant(before), change.Type != ChangeType.Deleted && isMeant(change.Object));
        return (was, matches) switch
        {
            (false, true) => lines.WriteAsync("ADDED", change.Object),
            (true, true) => lines.WriteAsync("MODIFIED", change.Object),
            (true, false) => lines.WriteAsync("DELETED", change.Object),
            _ => Task.CompletedTask,
        };
    }
}

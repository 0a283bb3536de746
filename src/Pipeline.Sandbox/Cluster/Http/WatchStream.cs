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
        using var length = new CancellationTokenSource(request.Number("timeoutSeconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : DefaultLength, options.Time);
        using var cut = new CancellationTokenSource(
            options.Faults.Find("watch-dropped") is { } dropped ? TimeSpan.FromSeconds(dropped.Number(2)) : Timeout.InfiniteTimeSpan, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, length.Token, cut.Token);
        // A client waits for the headers, and the first change may be long in coming. The watch's time runs already when it sees them.
        await request.Http.Response.Body.FlushAsync(request.Aborted);
        var lines = new WatchLines(request, options.Time);
        await using var dropping = cut.Token.Register(request.Http.Abort);
        try
        {
            await FollowAsync(request, lines, await SnapshotAsync(request, lines, IsMeant), IsMeant, either.Token);
        }
        catch (ApiException e) when (e.Reason == "Expired")
        {
            await lines.WriteAsync("ERROR", Answers.Status(e));
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

    // What a bookmark stands for has been sent: the version is read before the changes up to it are.
    private async Task FollowAsync(ApiRequest request, WatchLines lines, long from, Func<StoredObject, bool> isMeant, CancellationToken over)
    {
        using var watch = options.Store.Watch(request.Kind, from);
        for (var isBookmarkDue = false; ;)
        {
            var (isLast, known) = (over.IsCancellationRequested, options.Store.Version);
            while (watch.Changes.TryRead(out var change))
                await SendAsync(lines, change, isMeant);
            if ((isLast || isBookmarkDue) && request.Flag("allowWatchBookmarks"))
                await lines.BookmarkAsync(known, isEndOfList: false);
            if (isLast)
                return;
            isBookmarkDue = !await HasMoreAsync(watch, over);
        }
    }

    // False when nothing came until the next bookmark, or the end.
    private async Task<bool> HasMoreAsync(StoreWatch watch, CancellationToken over)
    {
        using var bookmark = new CancellationTokenSource(BookmarkEvery, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over, bookmark.Token);
        try
        {
            return await watch.Changes.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return false;
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

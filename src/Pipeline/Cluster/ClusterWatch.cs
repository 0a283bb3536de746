using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Errors;

namespace Pipeline.Cluster;

/// <summary>What happened to objects of a kind.</summary>
/// <param name="IsWhole">True when <paramref name="Objects"/> is everything there is now, after a list.</param>
/// <param name="IsDeletion">True when the object is gone.</param>
/// <param name="Objects">The objects.</param>
/// <param name="Version">The cluster's counter up to which everything of the kind is known then; null when it was not told.</param>
internal sealed record WatchEvent(bool IsWhole, bool IsDeletion, IReadOnlyList<JsonObject> Objects, string? Version = null);

/// <summary>Follows objects of a kind: everything there is, then every change, through dropped connections and expired positions.</summary>
internal sealed class ClusterWatch(ClusterConnection cluster, TimeProvider time)
{
    // The server ends a watch after this time; the client's own limit finds a connection that died without a word.
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    // An API server that has just started knows neither everyone's tokens nor everyone's rights yet.
    private static readonly TimeSpan Stranger = TimeSpan.FromSeconds(30);
    private bool wasLetIn;
    private long? refusedSince;

    /// <param name="resource">The kind.</param>
    /// <param name="selector">A query part: <c>labelSelector=…</c> or <c>fieldSelector=…</c>, already escaped.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<WatchEvent> FollowAsync(Resource resource, string selector, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var path = $"{resource.PathIn(cluster.Namespace)}?{selector}";
        for (var isFirst = true; ; isFirst = false)
        {
            var (items, position) = await ListAsync(path, isFirst, cancellation);
            yield return new WatchEvent(IsWhole: true, IsDeletion: false, items, position);
            while (position is not null)
            {
                var (from, opened) = (position, time.GetTimestamp());
                await foreach (var (type, seen) in OnceAsync($"{path}&watch=true&allowWatchBookmarks=true&timeoutSeconds={Length.TotalSeconds}&resourceVersion={from}", cancellation))
                {
                    position = type == "ERROR" ? null : seen.Text("metadata", "resourceVersion");
                    if (type is "ADDED" or "MODIFIED" or "DELETED")
                        yield return new WatchEvent(IsWhole: false, type == "DELETED", [seen], position);
                }

                // Where nothing happens the server ends a watch after its length; one that ends at once was not let in.
                if (position == from && time.GetElapsedTime(opened) < Pause)
                    await Task.Delay(Pause, time, cancellation);
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    // {"type":"MODIFIED","object":{…}} on one line each, and bookmarks that only move the position; an expired position is a 410 answer or an ERROR line.
    private async IAsyncEnumerable<(string Type, JsonObject Object)> OnceAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var (response, isExpired) = await OpenAsync(path, either.Token, cancellation);
        using var opened = response;
        if (isExpired)
            yield return ("ERROR", []);
        if (response is null)
            yield break;
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await LineAsync(reader, either.Token, cancellation) is { } line && Change(line) is { } change)
            if (change.At("object") is { } seen)
                yield return (change.Text("type") ?? "", seen);
    }

    // A connection that was cut may end in half a line.
    private static JsonObject? Change(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Whoever follows has a limit of its own: an API server that restarts in the middle is no verdict.
    private async Task<(IReadOnlyList<JsonObject> Items, string? Position)> ListAsync(string path, bool isFirst, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await cluster.ReadListAsync(path, cancellation);
            }
            catch (FailureException e) when (!isFirst && IsPassing(e))
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    private bool IsPassing(FailureException e) => e is ClusterRequestException answered
        ? answered.Status is HttpStatusCode.TooManyRequests || (int)answered.Status >= 500 || MayBeLetInAgain(answered.Status)
        : e.InnerException is HttpRequestException or IOException or TimeoutException;

    private bool MayBeLetInAgain(HttpStatusCode status)
    {
        if (!wasLetIn || status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
            return false;
        refusedSince ??= time.GetTimestamp();
        return time.GetElapsedTime(refusedSince.Value) < Stranger;
    }

    private async Task<(HttpResponseMessage? Response, bool IsExpired)> OpenAsync(string path, CancellationToken limited, CancellationToken cancellation)
    {
        try
        {
            var opened = await cluster.StreamAsync(HttpMethod.Get, path, null, limited);
            (wasLetIn, refusedSince) = (true, null);
            return (opened, false);
        }
        catch (ClusterRequestException e) when (e.Status == HttpStatusCode.Gone)
        {
            return (null, true);
        }
        catch (FailureException e) when (IsPassing(e))
        {
            return (null, false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, false);
        }
    }

    private static async Task<string?> LineAsync(StreamReader reader, CancellationToken limited, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(limited);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}

using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Cluster.Selection;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Answers lists, in pages where the client asks for them. Later pages show the state of the first.</summary>
internal sealed class ObjectLists(ClusterStore store, TimeProvider time)
{
    private const int MostSnapshots = 32;
    private readonly Lock gate = new();
    private readonly Queue<(long Version, ResourceKind Kind, string? Space)> order = new();
    private readonly Dictionary<(long Version, ResourceKind Kind, string? Space), IReadOnlyList<StoredObject>> snapshots = [];

    public Task SendAsync(ApiRequest request)
    {
        var labels = LabelSelector.Parse(request.Query("labelSelector"));
        var fields = FieldSelector.Parse(request.Query("fieldSelector"), request.Kind);
        var from = request.Query("continue") is { } text ? ContinueToken.Parse(text) : null;
        var (all, version) = from is null ? store.List(request.Kind, request.Namespace) : (Snapshot(from, request), from.Version);
        IReadOnlyList<StoredObject> matching = [.. all.Where(o => (from is null || IsAfter(o, from)) && labels.Matches(o) && fields.Matches(o))];
        var metadata = Metadata(version);
        if (request.Number("limit") is > 0 and var limit && matching.Count > limit)
        {
            Keep((version, request.Kind, request.Namespace), all);
            var last = matching[(int)limit - 1];
            metadata["continue"] = $"{new ContinueToken(version, last.Namespace, last.Name)}";
            // With a selector the server does not know how many are left.
            if (request.Query("labelSelector") is null && request.Query("fieldSelector") is null)
                metadata["remainingItemCount"] = matching.Count - limit;
            matching = [.. matching.Take((int)limit)];
        }

        return request.WantsTable
            ? request.Http.SendAsync(200, Tables.Table.Of(request.Kind, matching, metadata, request.Query("includeObject"), time.GetUtcNow()))
            : SendAsync(request, metadata, matching);
    }

    /// <summary>A list's metadata at a version.</summary>
    public static JsonObject Metadata(long version) => new() { ["resourceVersion"] = $"{version}" };

    private static bool IsAfter(StoredObject stored, ContinueToken from) =>
        string.CompareOrdinal(stored.Namespace, from.Namespace) is var space && (space > 0 || space == 0 && string.CompareOrdinal(stored.Name, from.Name) > 0);

    private IReadOnlyList<StoredObject> Snapshot(ContinueToken from, ApiRequest request)
    {
        lock (gate)
            if (from.Version >= store.Oldest && snapshots.TryGetValue((from.Version, request.Kind, request.Namespace), out var kept))
                return kept;
        throw new ApiException(
            HttpStatusCode.Gone,
            "Expired",
            "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.");
    }

    private void Keep((long, ResourceKind, string?) key, IReadOnlyList<StoredObject> all)
    {
        lock (gate)
        {
            if (!snapshots.TryAdd(key, all))
                return;
            order.Enqueue(key);
            if (order.Count > MostSnapshots)
                snapshots.Remove(order.Dequeue());
        }
    }

    // The objects' bytes are joined as they are: a list of thousands costs no serialization.
    private static async Task SendAsync(ApiRequest request, JsonObject metadata, IReadOnlyList<StoredObject> items)
    {
        var response = request.Http.Response;
        response.ContentType = "application/json";
        var writer = response.BodyWriter;
        writer.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{request.Kind.Kind}List\",\"apiVersion\":\"{request.Kind.ApiVersion}\",\"metadata\":{metadata.ToJsonString()},\"items\":["));
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                writer.Write(","u8);
            writer.Write((request.Served.IsCustom ? items[i].Json : items[i].Item).Span);
            if (i % 100 == 99)
                await writer.FlushAsync(request.Aborted);
        }

        writer.Write("]}"u8);
        await writer.FlushAsync(request.Aborted);
    }
}

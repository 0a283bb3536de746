using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Writes the lines of one watch. A sample: <c>{"type":"MODIFIED","object":{"kind":"Pod",…}}</c>.</summary>
internal sealed class WatchLines(ApiRequest request, TimeProvider time)
{
    private readonly JsonObject bookmark = new() { ["kind"] = request.Kind.Kind, ["apiVersion"] = request.Kind.ApiVersion };
    private bool hasColumns;

    public Task WriteAsync(string type, StoredObject stored)
    {
        if (!request.WantsTable)
            return WriteAsync(type, stored.Json);
        var table = Tables.Table.Of(request.Kind, [stored], ObjectLists.Metadata(stored.Version), request.Query("includeObject"), time.GetUtcNow());
        // Only the first event carries the columns.
        if (hasColumns)
            table["columnDefinitions"] = null;
        hasColumns = true;
        return WriteAsync(type, table);
    }

    public Task WriteAsync(string type, JsonObject body) => WriteAsync(type, JsonSerializer.SerializeToUtf8Bytes(body));

    /// <summary>Tells the client how far it has seen, with no change.</summary>
    public Task BookmarkAsync(long version, bool isEndOfList)
    {
        var mark = (JsonObject)bookmark.DeepClone();
        mark["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}", ["creationTimestamp"] = null };
        if (isEndOfList)
            mark["metadata"]!["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        return WriteAsync("BOOKMARK", mark);
    }

    private async Task WriteAsync(string type, ReadOnlyMemory<byte> json)
    {
        var writer = request.Http.Response.BodyWriter;
        writer.Write(Encoding.ASCII.GetBytes($"{{\"type\":\"{type}\",\"object\":"));
        writer.Write(json.Span);
        writer.Write("}\n"u8);
        await writer.FlushAsync(request.Aborted);
    }
}

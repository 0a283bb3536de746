using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>
/// Reads an object in the API's protobuf form: the bytes <c>k8s\0</c>, then an envelope of type (1: version 1, kind 2) and content (2).
/// A field is a varint of number and wire type (0 varint, 2 length and bytes), then its value.
/// </summary>
internal static class ProtobufBody
{
    private static readonly byte[] Magic = [.. "k8s\0"u8];

    /// <returns>Null for a kind that is not known in this form, and for what is none of it.</returns>
    public static JsonObject? Read(ReadOnlyMemory<byte> body)
    {
        if (!body.Span.StartsWith(Magic))
            return null;
        var (type, content) = (ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty);
        for (var rest = body[Magic.Length..]; rest.Length > 0;)
            if (Next(ref rest, out var value, out _) is 1)
                type = value;
            else if (content.Length == 0)
                content = value;
        var (version, kind) = ("", "");
        while (type.Length > 0)
            if (Next(ref type, out var value, out _) is 1)
                version = Encoding.UTF8.GetString(value.Span);
            else
                kind = Encoding.UTF8.GetString(value.Span);
        if (ProtobufSchema.Find(kind) is not { } fields)
            return null;
        var read = Message(content, fields);
        (read["apiVersion"], read["kind"]) = (version, kind);
        return read;
    }

    private static JsonObject Message(ReadOnlyMemory<byte> bytes, IReadOnlyDictionary<int, ProtobufField> fields)
    {
        var message = new JsonObject();
        while (bytes.Length > 0)
            if (fields.TryGetValue(Next(ref bytes, out var value, out var number), out var field))
                Set(message, field, value, number);
        return message;
    }

    // Empty texts are sent as well: in JSON they would be left out.
    private static void Set(JsonObject message, ProtobufField field, ReadOnlyMemory<byte> value, ulong number)
    {
        if (field.IsMap)
        {
            var entry = Message(value, new Dictionary<int, ProtobufField> { [1] = new("key", "text"), [2] = new("value", field.Type) });
            ((JsonObject)(message[field.Name] ??= new JsonObject()))[entry.Text("key") ?? ""] = entry.Text("value") ?? "";
        }
        else if (field.IsList)
            ((JsonArray)(message[field.Name] ??= new JsonArray())).Add(Value(field, value, number));
        else if (field.Type != "text" || value.Length > 0)
            message[field.Name] = Value(field, value, number);
    }

    private static JsonNode Value(ProtobufField field, ReadOnlyMemory<byte> value, ulong number) => field.Type switch
    {
        "flag" => number != 0,
        "number" => (long)number,
        "bytes" => Convert.ToBase64String(value.Span),
        "text" => Encoding.UTF8.GetString(value.Span),
        _ => Message(value, ProtobufSchema.Find(field.Type)!),
    };

    private static int Next(ref ReadOnlyMemory<byte> rest, out ReadOnlyMemory<byte> value, out ulong number)
    {
        var tag = Varint(ref rest);
        (value, number) = (default, 0);
        switch (tag & 7)
        {
            case 0:
                number = Varint(ref rest);
                break;
            case 2 when Varint(ref rest) is var length && length <= (ulong)rest.Length:
                value = rest[..(int)length];
                rest = rest[(int)length..];
                break;
            default:
                throw ApiException.BadRequest("error decoding the body: it is no protobuf message");
        }

        return (int)(tag >> 3);
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> rest)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (rest.Length == 0)
                throw ApiException.BadRequest("error decoding the body: it ends too early");
            value |= (ulong)(rest.Span[0] & 0x7f) << shift;
            var isLast = rest.Span[0] < 0x80;
            rest = rest[1..];
            if (isLast)
                break;
        }

        return value;
    }
}

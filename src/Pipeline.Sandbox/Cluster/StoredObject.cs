using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster;

/// <summary>An object as the store holds it. Nobody changes <see cref="Content"/>: a change is a new object made from a clone.</summary>
internal sealed class StoredObject
{
    private byte[]? json;
    private byte[]? item;

    public StoredObject(ResourceKind kind, JsonObject content, long version)
    {
        (Kind, Content, Version) = (kind, content, version);
        Namespace = kind.IsNamespaced ? (string?)content["metadata"]?["namespace"] ?? "" : "";
        Name = (string?)content["metadata"]?["name"] ?? "";
    }

    public ResourceKind Kind { get; }

    /// <summary>The whole object, <c>metadata.resourceVersion</c> included.</summary>
    public JsonObject Content { get; }

    /// <summary>The store's counter at its last change.</summary>
    public long Version { get; }

    /// <summary>Empty for cluster-wide kinds.</summary>
    public string Namespace { get; }

    public string Name { get; }

    /// <summary>The object in UTF-8, written once however often it is listed.</summary>
    public ReadOnlyMemory<byte> Json => json ??= JsonSerializer.SerializeToUtf8Bytes(Content);

    /// <summary>The object in UTF-8 as it stands in a list: items of built-in kinds do not repeat what the list's own kind says.</summary>
    public ReadOnlyMemory<byte> Item => item ??= WithoutKind();

    private byte[] WithoutKind()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in Content)
                if (name is not ("kind" or "apiVersion"))
                {
                    writer.WritePropertyName(name);
                    if (value is null)
                        writer.WriteNullValue();
                    else
                        value.WriteTo(writer);
                }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}

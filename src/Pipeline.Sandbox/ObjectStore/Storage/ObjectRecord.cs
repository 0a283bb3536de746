using System.Collections.Immutable;
using Pipeline.Sandbox.ObjectStore.Bodies;

namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>One object, as the store keeps it beside its content.</summary>
/// <param name="Key">Its key.</param>
/// <param name="File">The name of the file with its content.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="ETag">Without quotation marks.</param>
/// <param name="Modified">In whole seconds, as HTTP tells it.</param>
internal sealed record ObjectRecord(string Key, string File, long Length, string ETag, DateTimeOffset Modified)
{
    /// <summary>The headers that it is served with, by name in lower case.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Its tags.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The checksum that its client gave.</summary>
    public ObjectChecksum? Checksum { get; init; }

    /// <summary>How long its parts are; empty when it came in one piece.</summary>
    public ImmutableArray<long> Parts { get; init; } = [];

    /// <summary>The upload that it was made by; null when it came in one piece.</summary>
    public string? Upload { get; init; }
}

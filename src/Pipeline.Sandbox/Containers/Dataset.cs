using System.Text.Json.Serialization;

namespace Pipeline.Sandbox.Containers;

/// <summary>A dataset as the API shows it.</summary>
internal sealed record Dataset(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("description")] string? Description,
    [property: JsonPropertyName("id")] long Id,
    [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt);

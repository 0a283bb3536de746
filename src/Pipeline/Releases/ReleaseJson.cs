using System.Text.Json.Serialization;

namespace Pipeline.Releases;

/// <summary>How the record is written. Generated at compile time: reflection would cost Status a tenth of a second.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(Release))]
[JsonSerializable(typeof(IReadOnlyList<Release>))]
[JsonSerializable(typeof(HistoryDocument))]
internal sealed partial class ReleaseJson : JsonSerializerContext;

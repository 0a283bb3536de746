using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Cluster.Tables;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its heading, before kubectl writes it in capitals.</param>
/// <param name="Value">Its text for an object, now.</param>
/// <param name="IsNumber">True for whole numbers.</param>
/// <param name="IsWide">True for columns that only <c>-o wide</c> shows.</param>
internal sealed record Column(string Name, Func<JsonObject, DateTimeOffset, string> Value, bool IsNumber = false, bool IsWide = false);

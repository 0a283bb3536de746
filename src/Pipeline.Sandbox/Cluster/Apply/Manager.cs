using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Apply;

/// <summary>Who owns fields, as <c>managedFields</c> tells owners apart.</summary>
/// <param name="Name">The field manager.</param>
/// <param name="IsApply">True for an Apply, false for an Update.</param>
/// <param name="ApiVersion">The version of the API that was written.</param>
/// <param name="Subresource">As in <c>status</c>; empty for none.</param>
internal sealed record Manager(string Name, bool IsApply, string ApiVersion, string Subresource)
{
    public static Manager Of(JsonObject entry) =>
        new(entry.Text("manager") ?? "", entry.Text("operation") == "Apply", entry.Text("apiVersion") ?? "", entry.Text("subresource") ?? "");

    /// <summary>As a conflict names it: <c>"kubectl-edit" with subresource "scale" using apps/v1</c>.</summary>
    public string InConflict =>
        $"\"{Name}\"{(Subresource.Length > 0 ? $" with subresource \"{Subresource}\"" : "")}{(IsApply ? "" : $" using {ApiVersion}")}";
}

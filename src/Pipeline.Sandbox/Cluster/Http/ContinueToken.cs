using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Where a list in pages goes on.</summary>
/// <param name="Version">The version of the first page, and so of all.</param>
/// <param name="Namespace">The last object's namespace.</param>
/// <param name="Name">The last object's name.</param>
internal sealed record ContinueToken(long Version, string Namespace, string Name)
{
    public static ContinueToken Parse(string text)
    {
        try
        {
            var token = JsonNode.Parse(Convert.FromBase64String(text)) as JsonObject;
            return new ContinueToken(token.Number("rv"), token.Text("space") ?? "", token.Text("start") ?? "");
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw ApiException.BadRequest("continue key is not valid: illegal base64 data");
        }
    }

    public override string ToString() =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = Version, ["space"] = Namespace, ["start"] = Name }.ToJsonString()));
}

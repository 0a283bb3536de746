using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Bed;

/// <summary>What the API says of itself.</summary>
internal static class Health
{
    public static async Task<string?> VersionAsync(string api) => (string?)(await AskAsync(api))["version"];

    public static async Task<string?> RevisionAsync(string api) => (string?)(await AskAsync(api))["schema_revision"];

    private static async Task<JsonObject> AskAsync(string api)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        return (await client.GetFromJsonAsync<JsonObject>($"{api}/health"))!;
    }
}

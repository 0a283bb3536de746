using System.Text.Json;
using Pipeline.Settings;

namespace Pipeline.Build.Sandbox;

/// <summary>How the running sandbox is used, as it wrote it itself.</summary>
/// <param name="Version">Which build of the sandbox runs.</param>
/// <param name="Control">Address of the server that answers for the sandbox itself.</param>
/// <param name="Parameters">This build's parameters that lead into the sandbox, by name.</param>
/// <param name="Variables">Environment variables that clients read, such as AWS credentials.</param>
internal sealed record SandboxEndpoint(string Version, string Control, IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, string> Variables)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>Address of the product's site.</summary>
    public string Site => Parameters["SiteUrl"];

    /// <summary>Address of the product's API.</summary>
    public string Api => Parameters["ApiUrl"];

    /// <summary>What a sandbox left in its folder; null when there is nothing, or nothing that can be read.</summary>
    public static async Task<SandboxEndpoint?> ReadAsync(string folder, CancellationToken cancellation)
    {
        try
        {
            await using var file = File.OpenRead(Path.Combine(folder, "endpoint.json"));
            return await JsonSerializer.DeserializeAsync<SandboxEndpoint>(file, Format, cancellation);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Lets this process, and the programs that it starts, find the sandbox and nothing else.</summary>
    public void Enter()
    {
        foreach (var (name, value) in Variables)
            Environment.SetEnvironmentVariable(name, value.Length > 0 ? value : null);
        foreach (var (name, value) in Parameters)
        {
            Environment.SetEnvironmentVariable(Flag.VariableOf(name), value);
            // The official host reads variables with a prefix of its own.
            Environment.SetEnvironmentVariable($"NUKE_{name}", value);
        }
    }
}

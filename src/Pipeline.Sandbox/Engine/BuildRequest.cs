using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>What is asked for with a build.</summary>
/// <param name="Names">The names that the image gets.</param>
/// <param name="Dockerfile">The Dockerfile's path in the context.</param>
/// <param name="Arguments">Values of build arguments.</param>
/// <param name="Labels">Labels beside those in the Dockerfile, by name.</param>
/// <param name="Platform">Operating system, processor and perhaps its variant.</param>
/// <param name="Target">The stage to end with; empty for the last.</param>
/// <param name="UsesCache">False when no step may come from an earlier build.</param>
internal sealed record BuildRequest(
    IReadOnlyList<ImageName> Names, string Dockerfile, IReadOnlyDictionary<string, string> Arguments, SortedDictionary<string, string> Labels,
    IReadOnlyList<string> Platform, string Target, bool UsesCache)
{
    /// <summary>Reads the request's parameters.</summary>
    /// <exception cref="EngineException">One of them is wrong.</exception>
    public static BuildRequest Parse(IQueryCollection query)
    {
        try
        {
            var platform = query["platform"].ToString();
            return new BuildRequest(
                [.. query["t"].Where(t => !string.IsNullOrEmpty(t)).Select(t => ImageName.Parse(t!))],
                query["dockerfile"].ToString() is { Length: > 0 } path ? FileTree.Clean(path) : "Dockerfile",
                Values(query["buildargs"]),
                new SortedDictionary<string, string>(Values(query["labels"]), StringComparer.Ordinal),
                platform.Length > 0 ? platform.Split('/') : ["linux", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64"],
                query["target"].ToString(),
                query["nocache"].ToString() is not ("1" or "true" or "True"));
        }
        catch (FormatException e)
        {
            throw new EngineException(400, e.Message);
        }
        catch (JsonException e)
        {
            throw new EngineException(400, $"error reading build args or labels: {e.Message}");
        }
    }

    // {"VERSION":"1.4.2","UNSET":null}
    private static Dictionary<string, string> Values(string? json) => string.IsNullOrEmpty(json)
        ? []
        : (JsonSerializer.Deserialize<Dictionary<string, string?>>(json) ?? []).Where(p => p.Value is not null).ToDictionary(p => p.Key, p => p.Value!);
}

using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>What the engine says of itself.</summary>
/// <param name="images">The engine's images.</param>
/// <param name="time">The clock.</param>
internal sealed class SystemEndpoint(ImageStore images, TimeProvider time)
{
    private const string ServerVersion = "27.5.1+sandbox";
    private const int ApiMajor = 1;
    private const int NewestApi = 47;
    private const int OldestApi = 24;

    private static string Processor => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>Writes what stands in the head of every answer.</summary>
    public static void Introduce(HttpResponse response)
    {
        response.Headers["Api-Version"] = $"{ApiMajor}.{NewestApi}";
        response.Headers["Docker-Experimental"] = "false";
        response.Headers["Ostype"] = "linux";
        response.Headers.Server = $"Docker/{ServerVersion} (linux)";
    }

    /// <summary>Refuses versions of the API that the engine does not have.</summary>
    /// <param name="version">As in <c>1.47</c>; empty when the request names none.</param>
    /// <exception cref="EngineException">Too old or too new.</exception>
    public static void Check(string version)
    {
        if (version.Split('.') is not [var major, var minor] || !int.TryParse(major, out var first) || !int.TryParse(minor, out var second))
            return;
        if (first > ApiMajor || (first == ApiMajor && second > NewestApi))
            throw new EngineException(400, $"client version {version} is too new. Maximum supported API version is {ApiMajor}.{NewestApi}");
        if (first < ApiMajor || second < OldestApi)
            throw new EngineException(400, $"client version {version} is too old. Minimum supported API version is {ApiMajor}.{OldestApi}, "
                + "please upgrade your client to a newer version");
    }

    /// <summary>GET and HEAD of <c>/_ping</c>.</summary>
    public static Task PingAsync(HttpContext http)
    {
        // The docker command builds with the classic builder when the engine says that it has no other.
        http.Response.Headers["Builder-Version"] = "1";
        http.Response.Headers["Swarm"] = "inactive";
        http.Response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        http.Response.Headers.Pragma = "no-cache";
        http.Response.ContentType = "text/plain; charset=utf-8";
        if (HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.ContentLength = 0;
            return Task.CompletedTask;
        }

        http.Response.ContentLength = 2;
        return http.Response.WriteAsync("OK", http.RequestAborted);
    }

    /// <summary>GET of <c>/version</c>.</summary>
    public static Task VersionAsync(HttpContext http)
    {
        var details = new JsonObject
        {
            ["ApiVersion"] = $"{ApiMajor}.{NewestApi}",
            ["MinAPIVersion"] = $"{ApiMajor}.{OldestApi}",
            ["Os"] = "linux",
            ["Arch"] = Processor,
            ["Experimental"] = "false",
            ["KernelVersion"] = Environment.OSVersion.VersionString,
        };
        var version = new JsonObject
        {
            ["Platform"] = new JsonObject { ["Name"] = "Pipeline sandbox" },
            ["Components"] = new JsonArray(new JsonObject { ["Name"] = "Engine", ["Version"] = ServerVersion, ["Details"] = details.DeepClone() }),
            ["Version"] = ServerVersion,
            ["ApiVersion"] = $"{ApiMajor}.{NewestApi}",
            ["MinAPIVersion"] = $"{ApiMajor}.{OldestApi}",
            ["Os"] = "linux",
            ["Arch"] = Processor,
            ["KernelVersion"] = Environment.OSVersion.VersionString,
        };
        return http.Response.WriteJsonAsync(version, "application/json", http.RequestAborted);
    }

    /// <summary>GET of <c>/info</c>.</summary>
    public Task InfoAsync(HttpContext http)
    {
        var info = new JsonObject
        {
            ["ID"] = "pipeline-sandbox",
            ["Name"] = "pipeline-sandbox",
            ["Containers"] = 0,
            ["ContainersRunning"] = 0,
            ["ContainersPaused"] = 0,
            ["ContainersStopped"] = 0,
            ["Images"] = images.All().Count,
            ["Driver"] = "files",
            ["ServerVersion"] = ServerVersion,
            ["OperatingSystem"] = "Pipeline sandbox",
            ["OSType"] = "linux",
            ["Architecture"] = Processor == "arm64" ? "aarch64" : "x86_64",
            ["NCPU"] = Environment.ProcessorCount,
            ["MemTotal"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            ["SystemTime"] = $"{time.GetUtcNow():O}",
            ["IndexServerAddress"] = "https://index.docker.io/v1/",
            ["Swarm"] = new JsonObject { ["LocalNodeState"] = "inactive" },
            ["Warnings"] = null,
        };
        return http.Response.WriteJsonAsync(info, "application/json", http.RequestAborted);
    }

    /// <summary>POST of <c>/auth</c>: whether a registry takes an account.</summary>
    public static async Task LoginAsync(HttpContext http)
    {
        using var body = new StreamReader(http.Request.Body);
        var wanted = JsonNode.Parse(await body.ReadToEndAsync(http.RequestAborted));
        var host = $"{wanted?["serveraddress"]}".Split("://")[^1].Split('/')[0];
        var login = new EngineLogin($"{wanted?["username"]}", $"{wanted?["password"]}");
        using var registry = new RegistrySession(new ImageName(host, "login", "latest", null), login);
        try
        {
            await registry.PingAsync(http.RequestAborted);
        }
        catch (EngineException e) when (e.Message.StartsWith("unauthorized", StringComparison.Ordinal))
        {
            throw new EngineException(401, $"Get \"http://{host}/v2/\": {e.Message}");
        }

        await http.Response.WriteJsonAsync(new JsonObject { ["IdentityToken"] = "", ["Status"] = "Login Succeeded" }, "application/json", http.RequestAborted);
    }
}

using System.Text.Json;

namespace Pipeline.Sandbox.Hosting;

/// <summary>How a running sandbox is found and used: written to <c>endpoint.json</c> in its folder, which only its user may read.</summary>
/// <param name="Version">Which build of the sandbox runs; another build replaces it and finds its state.</param>
/// <param name="ProcessId">The process.</param>
/// <param name="Control">Address of the server that answers for the sandbox itself.</param>
internal sealed record SandboxEndpoint(string Version, int ProcessId, string Control)
{
    /// <summary>The build's parameters that lead into the sandbox, by name.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>Environment variables for clients that read some; an empty value takes one away.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    private const string Name = "endpoint.json";

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>Which build of the sandbox this is.</summary>
    public static string OwnVersion => typeof(SandboxEndpoint).Module.ModuleVersionId.ToString();

    /// <summary>Tells the world; a reader sees the whole file or none.</summary>
    public void Write(string folder)
    {
        var file = Path.Combine(folder, Name);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        // It holds the database's password.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Delete($"{file}.new");
        using (var stream = new FileStream($"{file}.new", options))
            JsonSerializer.Serialize(stream, this, Format);
        File.Move($"{file}.new", file, overwrite: true);
    }

    /// <summary>Tells the world that it is over.</summary>
    public static void Delete(string folder) => File.Delete(Path.Combine(folder, Name));
}

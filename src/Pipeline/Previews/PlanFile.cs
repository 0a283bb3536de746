using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Errors;

namespace Pipeline.Previews;

/// <summary>A plan as a file.</summary>
internal static class PlanFile
{
    /// <summary>Writes a plan; a file that is there is replaced at once or not at all.</summary>
    public static async Task WriteAsync(string path, PreviewPlan plan, CancellationToken cancellation)
    {
        var beside = $"{path}.new";
        await File.WriteAllBytesAsync(beside, JsonSerializer.SerializeToUtf8Bytes(plan, PlanJson.Default.PreviewPlan), cancellation);
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="UsageException">There is none in the file.</exception>
    public static PreviewPlan Read(string path)
    {
        try
        {
            var plan = JsonSerializer.Deserialize(File.ReadAllBytes(path), PlanJson.Default.PreviewPlan);
            return plan is { Format: PreviewPlan.CurrentFormat }
                ? plan
                : throw new UsageException($"--from-preview: '{path}' is in a format that this version does not know. Make it again with ./build.sh Preview --save {path}.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--from-preview: '{path}' holds no plan: {e.Message} Make one with ./build.sh Preview --save {path}.");
        }
    }

    /// <summary>Why no plan can be written there; null when one can. Asked before anything is built.</summary>
    public static string? FaultOfTarget(string path) =>
        Directory.Exists(path) ? $"'{path}' is a folder."
        : Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder) ? $"the folder of '{path}' does not exist."
        : null;
}

/// <summary>How a plan is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PreviewPlan))]
internal sealed partial class PlanJson : JsonSerializerContext;

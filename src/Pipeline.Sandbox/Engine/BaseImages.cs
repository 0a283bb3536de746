using System.Text.Json.Nodes;
using Pipeline.Images;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>What a stage begins with: nothing, an earlier stage, an image of the engine or of a registry, or an empty one in its place.</summary>
/// <param name="images">The engine's images.</param>
/// <param name="layers">Their layers.</param>
/// <param name="pull">Gets images from registries.</param>
/// <param name="registry">The registry that stands for all in the world; null when there is none.</param>
internal sealed class BaseImages(ImageStore images, LayerStore layers, ImagePull pull, string? registry)
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Begins a stage.</summary>
    /// <param name="from">What stands after FROM.</param>
    /// <param name="stageName">The new stage's name or number.</param>
    /// <param name="platform">For an image that is made from nothing.</param>
    /// <param name="earlier">The stages so far.</param>
    /// <param name="spool">Takes the contents of its files.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EngineException">The image cannot be had.</exception>
    public async Task<BuildStage> BeginAsync(
        string from, string stageName, IReadOnlyList<string> platform, IReadOnlyList<BuildStage> earlier, Spool spool, CancellationToken cancellation)
    {
        var files = new FileTree(spool);
        if (from == "scratch")
            return new BuildStage(stageName, Nothing(platform), files, isPlaceholder: false);
        if (earlier.LastOrDefault(s => s.Name.Equals(from, StringComparison.OrdinalIgnoreCase)) is { } stage)
        {
            foreach (var (path, entry) in stage.Files.Entries)
                files.Set(path, entry);
            return new BuildStage(stageName, stage.Copy(), files, stage.IsPlaceholder);
        }

        var image = await FindAsync(Parse(from), cancellation);
        if (image is null)
            return new BuildStage(stageName, Nothing(platform), files, isPlaceholder: true);
        foreach (var layer in image.Layers)
        {
            await using var archive = await LayerFile.OpenAsync(layers.FileOf(layer), cancellation);
            await files.AddAsync(archive, (_, _) => true, cancellation);
        }

        return new BuildStage(stageName, Complete(image.Config), files, isPlaceholder: false);
    }

    private async Task<StoredImage?> FindAsync(ImageName name, CancellationToken cancellation)
    {
        if (images.Find($"{name}") is { } known)
            return known;
        if (name.HasHost && new RegistryAddress(name.Host, name.Path).IsLoopback)
            return await pull.RunAsync(name, name, null, cancellation);
        if (registry is null)
            return null;
        try
        {
            return await pull.RunAsync(name, name with { Host = registry }, null, cancellation);
        }
        catch (EngineException)
        {
            // The registry of the sandbox stands for the world's: what it has not, or while it is down, is not there to be had.
            return null;
        }
    }

    private static ImageName Parse(string from)
    {
        try
        {
            return ImageName.Parse(from);
        }
        catch (FormatException e)
        {
            throw EngineException.Failed($"failed to parse image name \"{from}\": {e.Message}");
        }
    }

    private static JsonObject Nothing(IReadOnlyList<string> platform)
    {
        var image = new JsonObject
        {
            ["architecture"] = platform.ElementAtOrDefault(1) ?? "amd64",
            ["os"] = platform[0],
            ["config"] = new JsonObject { ["Env"] = new JsonArray(DefaultPath) },
        };
        if (platform.Count > 2)
            image["variant"] = platform[2];
        return Complete(image);
    }

    private static JsonObject Complete(JsonObject image)
    {
        var complete = (JsonObject)image.DeepClone();
        complete["created"] = $"{BuildStage.Created:yyyy-MM-ddTHH:mm:ssZ}";
        complete["config"] ??= new JsonObject();
        complete["history"] ??= new JsonArray();
        complete["rootfs"] ??= new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() };
        return complete;
    }
}

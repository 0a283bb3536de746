using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>Brings an image to the registry that its name says: first layers, then the configuration, the manifest at last.</summary>
/// <param name="layers">Has the layers.</param>
/// <param name="time">The clock.</param>
internal sealed class ImagePush(LayerStore layers, TimeProvider time)
{
    private const int Attempts = 5;
    private const int SecondsMore = 5;

    /// <summary>Pushes an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">Where it goes.</param>
    /// <param name="login">Who asks; null for nobody.</param>
    /// <param name="output">Takes what is told.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The manifest's digest.</returns>
    /// <exception cref="EngineException">The registry did not take it.</exception>
    public async Task<Digest> RunAsync(StoredImage image, ImageName name, EngineLogin? login, MessageStream output, CancellationToken cancellation)
    {
        using var registry = new RegistrySession(name, login);
        await registry.PingAsync(cancellation);
        var wanted = image.Layers.Select(l => layers.Find(l) ?? throw EngineException.Failed($"layer does not exist: {l}")).ToList();
        // The uppermost layer first, as the real engine lists them.
        foreach (var layer in wanted.AsEnumerable().Reverse())
            await output.StatusAsync("Preparing", Id(layer), cancellation);
        foreach (var layer in wanted.AsEnumerable().Reverse())
            await SendAsync(registry, layer, output, cancellation);
        await RetryAsync(image.Id.Hex[..12], output, async () =>
        {
            if (!await registry.HasAsync($"{image.Id}", cancellation))
                await registry.SendBlobAsync($"{image.Id}", () => new MemoryStream(image.Bytes.ToArray()), cancellation);
        }, cancellation);
        var manifest = ManifestOf(image, wanted);
        await registry.SendManifestAsync(name.Tag ?? "latest", manifest, cancellation);
        var digest = Digest.Of(manifest);
        await output.StatusAsync($"{name.Tag}: digest: {digest} size: {manifest.Length}", null, cancellation);
        await output.ResultAsync(new JsonObject { ["Tag"] = name.Tag, ["Digest"] = $"{digest}", ["Size"] = manifest.Length }, cancellation);
        return digest;
    }

    private static string Id(Layer layer) => layer.Archive[7..19];

    private async Task SendAsync(RegistrySession registry, Layer layer, MessageStream output, CancellationToken cancellation)
    {
        var wasThere = false;
        await RetryAsync(Id(layer), output, async () =>
        {
            wasThere = await registry.HasAsync(layer.Sent, cancellation);
            if (wasThere)
                return;
            await output.StatusAsync("Pushing", Id(layer), cancellation, (0, layer.SentLength));
            await registry.SendBlobAsync(layer.Sent, () => File.OpenRead(layers.FileOf(new Digest(layer.Archive[7..]))), cancellation);
            await output.StatusAsync("Pushing", Id(layer), cancellation, (layer.SentLength, layer.SentLength));
        }, cancellation);
        await output.StatusAsync(wasThere ? "Layer already exists" : "Pushed", Id(layer), cancellation);
    }

    // The real engine tries blobs again, waiting 5, 10, 15 and 20 seconds and counting them down; the ping and the manifest it tries once.
    private async Task RetryAsync(string id, MessageStream output, Func<Task> send, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                await send();
                return;
            }
            catch (EngineException e) when (attempt < Attempts && e.Message.Contains("HTTP status: 5", StringComparison.Ordinal))
            {
                for (var seconds = attempt * SecondsMore; seconds > 0; seconds--)
                {
                    await output.StatusAsync($"Retrying in {seconds} second{(seconds == 1 ? "" : "s")}", id, cancellation);
                    await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
                }
            }
    }

    private static byte[] ManifestOf(StoredImage image, IEnumerable<Layer> layers) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Manifest.DockerImage,
        ["config"] = new JsonObject { ["mediaType"] = "application/vnd.docker.container.image.v1+json", ["size"] = image.Bytes.Length, ["digest"] = $"{image.Id}" },
        ["layers"] = new JsonArray([.. layers.Select(l => (JsonNode)new JsonObject
        {
            ["mediaType"] = "application/vnd.docker.image.rootfs.diff.tar.gzip", ["size"] = l.SentLength, ["digest"] = l.Sent,
        })]),
    }.ToJsonString());
}

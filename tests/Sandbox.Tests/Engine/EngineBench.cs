using System.Formats.Tar;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using Pipeline.Sandbox.Engine;
using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Registry;

namespace Sandbox.Tests.Engine;

/// <summary>An engine, a registry beside it, and the client that the pipeline uses.</summary>
internal sealed class EngineBench : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("engine-").FullName;
    private EngineServer engine = null!;

    public RegistryServer Registry { get; private set; } = null!;

    public DockerClient Client { get; private set; } = null!;

    public FaultSwitch Faults { get; } = new();

    public string Address => engine.Address;

    public string DockerHost => engine.DockerHost;

    public static async Task<EngineBench> StartAsync(TimeProvider? time = null, RegistryAccount? account = null)
    {
        var bench = new EngineBench();
        bench.Registry = await RegistryServer.StartAsync(
            new RegistryOptions(Path.Combine(bench.folder, "registry"), bench.Faults, TimeProvider.System) { Account = account }, default);
        await bench.StartEngineAsync(time ?? TimeProvider.System);
        return bench;
    }

    /// <summary>Stops the engine and starts another one on the same folder, or on an empty one.</summary>
    public async Task RestartAsync(bool isEmpty = false)
    {
        await engine.DisposeAsync();
        if (isEmpty)
            Directory.Delete(Path.Combine(folder, "engine"), recursive: true);
        await StartEngineAsync(TimeProvider.System);
    }

    /// <summary>Builds from files; the text under <c>Dockerfile</c> is the Dockerfile.</summary>
    public Task<BuildResult> BuildAsync(string dockerfile, params (string Path, string Content)[] files) =>
        BuildAsync(new ImageBuildParameters { Tags = ["team/api:1"] }, [("Dockerfile", dockerfile), .. files]);

    public async Task<BuildResult> BuildAsync(ImageBuildParameters parameters, IEnumerable<(string Path, string Content)> files)
    {
        using var context = Archive(files);
        return await BuildAsync(parameters, context);
    }

    public async Task<BuildResult> BuildAsync(ImageBuildParameters parameters, Stream context)
    {
        var result = new BuildResult();
        await Client.Images.BuildImageFromDockerfileAsync(parameters, context, null, null, result, default);
        return result;
    }

    /// <summary>Pushes, and returns what the engine told.</summary>
    public async Task<BuildResult> PushAsync(string repository, string tag, AuthConfig? login = null)
    {
        var result = new BuildResult();
        await Client.Images.PushImageAsync(repository, new ImagePushParameters { Tag = tag }, login ?? new AuthConfig(), result, default);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await engine.DisposeAsync();
        await Registry.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public static MemoryStream Archive(IEnumerable<(string Path, string Content)> files)
    {
        var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var (path, content) in files)
                tar.WriteEntry(content.StartsWith("-> ", StringComparison.Ordinal)
                    ? new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = content[3..] }
                    : new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        archive.Position = 0;
        return archive;
    }

    private async Task StartEngineAsync(TimeProvider time)
    {
        engine = await EngineServer.StartAsync(new EngineOptions(Path.Combine(folder, "engine"), Faults, time) { Registry = Registry.Host }, default);
        Client = new DockerClientBuilder().WithEndpoint(new Uri(engine.Address)).Build();
    }
}

/// <summary>What the engine told.</summary>
internal sealed class BuildResult : IProgress<JSONMessage>
{
    private readonly StringBuilder output = new();
    private readonly List<JSONMessage> messages = [];

    public string Output => output.ToString();

    public string? Error => messages.Select(m => m.Error?.Message).LastOrDefault(m => m is not null);

    /// <summary>A field of the last result that programs read.</summary>
    public string? Result(string field) =>
        messages.Select(m => m.Aux?.ExtensionData).LastOrDefault(a => a is not null) is { } aux && aux.TryGetValue(field, out var value) ? $"{value}" : null;

    public IReadOnlyList<string> Statuses => [.. messages.Select(m => m.Status).OfType<string>()];

    public void Report(JSONMessage value)
    {
        messages.Add(value);
        output.Append(value.Stream);
    }
}

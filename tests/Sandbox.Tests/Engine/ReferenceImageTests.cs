using Docker.DotNet.Models;
using Pipeline.Images;

namespace Sandbox.Tests.Engine;

/// <summary>The reference application's own image, from its Dockerfile to whoever runs it.</summary>
public sealed class ReferenceImageTests
{
    [Fact]
    public async Task The_reference_application_reaches_whoever_runs_it()
    {
        await using var bench = await EngineBench.StartAsync();
        var name = $"{bench.Registry.Host}/dataset-management/api";
        using var archive = new MemoryStream();
        await BuildContext.Read(Path.Combine(RepositoryRoot.Path, "src/DatasetManagement/api")).WriteAsync(archive, default);
        archive.Position = 0;
        var built = await bench.BuildAsync(
            new ImageBuildParameters { Tags = [$"{name}:1.4.2"], BuildArgs = new Dictionary<string, string> { ["VERSION"] = "1.4.2" }, Platform = "linux/amd64" }, archive);
        Assert.Null(built.Error);
        Assert.Null((await bench.PushAsync(name, "1.4.2")).Error);

        var image = await bench.Registry.Images.ReadAsync($"{name}:1.4.2", default);

        Assert.Equal(["python3", "-m", "app"], image.Command);
        Assert.Equal("1.4.2", image.Environment["APP_VERSION"]);
        Assert.Contains("srv/alembic.ini", image.Files.Keys);
        Assert.Contains(image.Files.Keys, f => f.StartsWith("srv/migrations/versions/", StringComparison.Ordinal));
        Assert.DoesNotContain(image.Files.Keys, f => f.EndsWith("Dockerfile", StringComparison.Ordinal));
    }
}

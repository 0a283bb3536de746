using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Sandbox.Tests.Engine;

/// <summary>A real engine and the sandbox's, on the same Dockerfile and through the sandbox's registry.</summary>
public sealed class RealEngineTests
{
    private const string Dockerfile = """
        FROM scratch AS base
        ARG V=1
        ENV A=$V B="x y" C=${NONE:-d}
        ENV OLD  style of two
        WORKDIR /srv
        COPY --chown=10:20 d ./d
        FROM base
        COPY --from=base /srv/d/b.txt /z/
        LABEL l="1 2"
        USER 1:1
        EXPOSE 80 90/udp
        VOLUME ["/data"]
        HEALTHCHECK --interval=1m30s --retries=2 CMD curl   localhost
        STOPSIGNAL SIGINT
        ENTRYPOINT ["run"]
        CMD echo \
          # a comment between
          hi
        """;

    private static readonly (string, string)[] Files = [("Dockerfile", Dockerfile), ("d/b.txt", "2"), ("d/sub/c.txt", "3")];

    [SkippableFact]
    public async Task Both_build_the_same_settings_and_files()
    {
        using var real = RealEngine();
        await using var bench = await EngineBench.StartAsync();
        var name = $"{bench.Registry.Host}/both/api";
        var parameters = new ImageBuildParameters
        {
            Tags = [$"{name}:real"],
            BuildArgs = new Dictionary<string, string> { ["V"] = "2" },
            Labels = new Dictionary<string, string> { ["by"] = "test" },
        };
        try
        {
            var told = new BuildResult();
            using var context = EngineBench.Archive(Files);
            await real.Images.BuildImageFromDockerfileAsync(parameters, context, null, null, told, default);
            Assert.Null(told.Error);
            parameters.Tags = [$"{name}:ours"];
            Assert.Null((await bench.BuildAsync(parameters, Files)).Error);
            var (theirs, ours) = (await real.Images.InspectImageAsync($"{name}:real"), await bench.Client.Images.InspectImageAsync($"{name}:ours"));
            Assert.Equal(Settings(theirs), Settings(ours));
            Assert.Equal(theirs.Size, ours.Size);

            await real.Images.PushImageAsync(name, new ImagePushParameters { Tag = "real" }, new AuthConfig(), told, default);
            Assert.Null(told.Error);
            Assert.Null((await bench.PushAsync(name, "ours")).Error);
            Assert.Equal(await FilesAsync(bench, $"{name}:real"), await FilesAsync(bench, $"{name}:ours"));
            await real.Images.CreateImageAsync(new ImagesCreateParameters { FromImage = name, Tag = "ours" }, null, told, default);
            Assert.Equal(ours.ID, (await real.Images.InspectImageAsync($"{name}:ours")).ID);
        }
        finally
        {
            foreach (var tag in new[] { "real", "ours" })
                await RemoveAsync(real, $"{name}:{tag}");
        }
    }

    private static DockerClient RealEngine()
    {
        Skip.IfNot(Environment.GetEnvironmentVariable("TESTBED") == "1", "TESTBED is not 1: no real engine is at hand");
        return new DockerClientBuilder().Build();
    }

    private static async Task RemoveAsync(DockerClient engine, string name)
    {
        try
        {
            await engine.Images.DeleteImageAsync(name, new ImageDeleteParameters { Force = true });
        }
        catch (DockerImageNotFoundException)
        {
        }
    }

    private static string Settings(ImageInspectResponse image)
    {
        var c = image.Config!;
        return string.Join('\n',
            [
                .. c.Env!, .. c.Cmd!, .. c.Entrypoint!, .. c.ExposedPorts!.Keys.Order(StringComparer.Ordinal), .. c.Volumes!.Keys, .. c.Healthcheck!.Test!,
                .. c.Labels!.Select(l => $"{l.Key}={l.Value}").Order(StringComparer.Ordinal),
                $"{c.Healthcheck.Interval} {c.Healthcheck.Retries} {c.User} {c.WorkingDir} {c.StopSignal} {image.Os} {image.Architecture}",
            ]);
    }

    private static async Task<IEnumerable<string>> FilesAsync(EngineBench bench, string name) =>
        (await bench.Registry.Images.ReadAsync(name, default)).Files
            .Select(f => $"{f.Key}: {Encoding.UTF8.GetString(f.Value.Span)}").Order(StringComparer.Ordinal);
}

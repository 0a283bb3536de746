using CliWrap;
using CliWrap.Buffered;
using Pipeline.Images;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>Images of the test bed's registry, by digest as a release has them.</summary>
internal static class LiveImage
{
    /// <summary>The image's name in the migration's manifest.</summary>
    public const string Name = "verdict/migrate";

    /// <summary>An image that was never pushed.</summary>
    public static ImageResult Absent => new($"{Registry}/nobody/pushed-this", "1", $"sha256:{new string('0', 64)}", "");

    private static string Registry => Environment.GetEnvironmentVariable("TESTBED_REGISTRY") ?? "";

    /// <summary>Pushes an image with a shell in it; nothing happens when it is there.</summary>
    public static async Task<ImageResult> PushAsync(CancellationToken cancellation)
    {
        var repository = $"{Registry}/{Name}";
        await DockerAsync(["tag", "debian:bookworm-slim", $"{repository}:1"], cancellation);
        await DockerAsync(["push", "--quiet", $"{repository}:1"], cancellation);
        var known = await DockerAsync(["image", "inspect", "--format", "{{join .RepoDigests \"\\n\"}}", $"{repository}:1"], cancellation);
        return new ImageResult(repository, "1", known.Split('\n').First(d => d.StartsWith($"{repository}@", StringComparison.Ordinal)).Split('@')[1].Trim(), "");
    }

    private static async Task<string> DockerAsync(string[] arguments, CancellationToken cancellation) =>
        (await Cli.Wrap("docker").WithArguments(arguments).ExecuteBufferedAsync(cancellation)).StandardOutput;
}

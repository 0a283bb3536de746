using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Registry;

/// <summary>An image's name, taken apart as the engine does.</summary>
/// <param name="Host">The registry; <c>docker.io</c> when the name has none.</param>
/// <param name="Path">The repository at that registry.</param>
/// <param name="Tag">The tag; null when a digest stands in its place.</param>
/// <param name="Digest">The digest, <c>sha256:…</c>; null when there is a tag.</param>
internal sealed partial record ImageName(string Host, string Path, string? Tag, string? Digest)
{
    private const string DefaultHost = "docker.io";

    /// <summary>Tag or digest.</summary>
    public string Reference => Digest ?? Tag ?? "latest";

    /// <summary>The repository as people write it: without the default registry.</summary>
    public string Repository =>
        Host != DefaultHost ? $"{Host}/{Path}" : Path.StartsWith("library/", StringComparison.Ordinal) ? Path["library/".Length..] : Path;

    /// <summary>Whether the name says where the image is.</summary>
    public bool HasHost => Host != DefaultHost;

    /// <inheritdoc />
    public override string ToString() => Digest is null ? $"{Repository}:{Tag}" : $"{Repository}@{Digest}";

    /// <summary>Whether this can be a repository at a registry.</summary>
    public static bool IsRepository(string? name) => name is not null && Written().Match(name) is { Success: true } match && match.Groups["path"].Value == name;

    /// <summary>Reads <c>[host/]path[:tag][@digest]</c>.</summary>
    /// <exception cref="FormatException">It is no name; the message is the engine's.</exception>
    public static ImageName Parse(string text)
    {
        if (Written().Match(text) is not { Success: true } match)
            throw new FormatException(text.Split('@', ':')[0].Any(char.IsUpper)
                ? "invalid reference format: repository name must be lowercase"
                : "invalid reference format");
        var digest = match.Groups["digest"] is { Success: true } d ? d.Value : null;
        var tag = digest is not null ? null : match.Groups["tag"] is { Success: true } t ? t.Value : "latest";
        var path = match.Groups["path"].Value;
        if (match.Groups["host"] is { Success: true, Value: not DefaultHost and var host })
            return new ImageName(host, path, tag, digest);
        return new ImageName(DefaultHost, path.Contains('/', StringComparison.Ordinal) ? path : "library/" + path, tag, digest);
    }

    // 127.0.0.1:5000/team/api:1.4.2   debian:bookworm-slim   team/api@sha256:94c9…
    [GeneratedRegex(
        @"\A((?<host>localhost(:\d+)?|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d+)?|[A-Za-z0-9-]+:\d+|\[[0-9a-fA-F:]+\](:\d+)?)/)?"
        + @"(?<path>[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)"
        + @"(:(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Written();
}

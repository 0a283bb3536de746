using System.Security.Cryptography;
using System.Text;
using Pipeline.Releases;

namespace Pipeline.Images;

/// <summary>Everything that decides what an image is, and the names that follow from it.</summary>
/// <param name="Hash">SHA-256 in hex of context, Dockerfile, platform and build arguments; the same from every clone of a commit.</param>
/// <param name="Repository">Registry and repository without tag.</param>
/// <param name="Source">Version and commit.</param>
/// <param name="Platform">As in <c>linux/amd64</c>.</param>
/// <param name="Arguments">The build arguments, by name.</param>
public sealed record BuildInputs(string Hash, string Repository, Source Source, string Platform, IReadOnlyDictionary<string, string> Arguments)
{
    /// <summary>The build argument that carries the release's version. It makes every version an image of its own.</summary>
    public const string VersionArgument = "VERSION";

    /// <summary>The image label that carries <see cref="Hash"/>.</summary>
    public const string Label = "pipeline.inputs";

    /// <summary>The tag by which every machine finds the image again.</summary>
    public string Tag => "inputs-" + Hash[..16];

    /// <summary>The image by its inputs.</summary>
    public string Name => $"{Repository}:{Tag}";

    /// <summary>The image by its version, as people call it.</summary>
    public string VersionName => $"{Repository}:{Source.Version}";

    /// <summary>Whether an image with this label was made from these inputs.</summary>
    public bool IsHashIn(IDictionary<string, string>? labels) => labels is not null && labels.TryGetValue(Label, out var hash) && hash == Hash;

    /// <summary>Reads the context and computes the hash.</summary>
    public static async Task<BuildInputs> ReadAsync(ImageOptions options, BuildContext context, Source source, CancellationToken cancellation)
    {
        var arguments = new SortedDictionary<string, string>(StringComparer.Ordinal) { [VersionArgument] = source.Version };
        foreach (var argument in options.BuildArguments)
            arguments[argument[..argument.IndexOf('=', StringComparison.Ordinal)]] = argument[(argument.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var all = new StringBuilder($"context\0{await context.HashAsync(cancellation)}\0platform\0{options.Platform}");
        foreach (var (name, value) in arguments)
            all.Append($"\0argument\0{name}\0{value}");
        return new BuildInputs(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString()))), options.Repository, source, options.Platform, arguments);
    }
}

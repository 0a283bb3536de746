using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Registry;

/// <summary>A SHA-256 digest as registries and engines write it.</summary>
/// <param name="Hex">64 lower-case hexadecimal digits.</param>
internal readonly partial record struct Digest(string Hex)
{
    /// <summary>The digest of some bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>The digest of all that is left in a stream.</summary>
    public static async Task<Digest> OfAsync(Stream content, CancellationToken cancellation) =>
        new(Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation)));

    /// <summary>Reads <c>sha256:…</c>.</summary>
    public static bool TryParse(string? text, out Digest digest)
    {
        var matches = text is not null && Written().IsMatch(text);
        digest = matches ? new Digest(text![7..]) : default;
        return matches;
    }

    /// <inheritdoc />
    public override string ToString() => "sha256:" + Hex;

    // sha256:94c9a1b06c8b2c3d7f7a8e6a0f6d5c4b3a29181716151413121110090807abcd
    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z")]
    private static partial Regex Written();
}

using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Pipeline.Frontend;

/// <summary>One file of the site.</summary>
/// <param name="Key">Its key in the bucket.</param>
/// <param name="Content">Its bytes: sites are small, and each file is hashed and sent.</param>
internal sealed partial record SiteFile(string Key, byte[] Content)
{
    /// <summary>SHA-256 in lower-case hex.</summary>
    public string Sha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(Content));

    /// <summary>What a store calls the ETag of an object that was sent in one piece.</summary>
    public string Md5 { get; } = OfMd5(Content);

    /// <summary>True when its content changes under the same name.</summary>
    public bool IsPage { get; } = !Hashed().IsMatch(Key);

    /// <summary>How long browsers and edges may keep it.</summary>
    public string CacheControl => IsPage ? "no-cache" : "public, max-age=31536000, immutable";

    // A bundler's hash stands before the ending: eight characters with a capital after the first (index-BxX1a2b3.js), or eight hexadecimal
    // ones with digits and letters (style.3f2a1b4c.css). A word, a size or a date that is kept for a year is worse than a hash that is
    // asked for again; and no bundler hashes a page.
    [GeneratedRegex(@"[-.]((?=[A-Za-z0-9_-]+[A-Z])[A-Za-z0-9_-]{8}|(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{8})(\.(?!html?$)[a-z0-9]+)+$", RegexOptions.ExplicitCapture)]
    private static partial Regex Hashed();

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "Compared with the store's ETag, which is an MD5; nothing relies on it for safety.")]
    private static string OfMd5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
}

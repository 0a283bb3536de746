using System.Security.Cryptography;

namespace Pipeline.Sandbox.ObjectStore.Bodies;

/// <summary>The checksums that S3 knows beside MD5
/// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).</summary>
internal static class ChecksumKind
{
    private const string Prefix = "x-amz-checksum-";

    /// <summary>Their names as headers end with them.</summary>
    public static readonly IReadOnlyList<string> All = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];

    /// <summary>The header or trailer that carries one.</summary>
    public static string Header(string kind) => Prefix + kind;

    /// <summary>The element that carries one, as in <c>ChecksumCRC32</c>.</summary>
    public static string Element(string kind) => "Checksum" + kind.ToUpperInvariant();

    /// <summary>The kind that a header is for; null for any other header.</summary>
    public static string? OfHeader(string header) =>
        header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? All.FirstOrDefault(k => header.AsSpan(Prefix.Length).Equals(k, StringComparison.OrdinalIgnoreCase)) : null;

    /// <summary>True for those of which one can be made from those of the parts, so that a multipart object has one over all of it.</summary>
    public static bool IsCrc(string kind) => kind.StartsWith("crc", StringComparison.Ordinal);

    /// <summary>Starts one.</summary>
    /// <exception cref="S3Exception">There is no such checksum.</exception>
    public static RunningChecksum Start(string kind) => kind switch
    {
        "crc32" => new Crc(32, 0xEDB88320),
        "crc32c" => new Crc(32, 0x82F63B78),
        "crc64nvme" => new Crc(64, 0x9A6C9329AC4BC9B5),
        "sha1" => new RunningHash(HashAlgorithmName.SHA1),
        "sha256" => new RunningHash(HashAlgorithmName.SHA256),
        _ => throw S3Exception.InvalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"),
    };
}

namespace Pipeline.Images;

/// <summary>An image that is at the registry.</summary>
/// <param name="Repository">Registry and repository without tag, as in <c>registry.example.com/dataset-management/api</c>.</param>
/// <param name="Tag">The version tag that was pushed; people read it, pods do not use it.</param>
/// <param name="Digest">The manifest's digest as the registry confirmed it, <c>sha256:…</c>.</param>
/// <param name="Inputs">SHA-256 in hex of everything that went into the build: context, Dockerfile, build arguments.</param>
public sealed record ImageResult(string Repository, string Tag, string Digest, string Inputs)
{
    /// <summary>What pods run: repository and digest.</summary>
    public string Reference => $"{Repository}@{Digest}";
}

namespace Pipeline.Sandbox.Registry;

/// <summary>What is known of an image when it is run.</summary>
/// <param name="Digest">The manifest's digest, <c>sha256:…</c>.</param>
/// <param name="Command">Entry point and command, one after the other.</param>
/// <param name="Environment">The variables that the image sets.</param>
/// <param name="Files">The image's own files by absolute path without the leading slash; neither large ones nor those of a base image.</param>
internal sealed record ContainerImage(
    string Digest,
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files);

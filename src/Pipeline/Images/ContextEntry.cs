namespace Pipeline.Images;

/// <summary>One file, folder or link that is sent to the engine.</summary>
/// <param name="Path">Relative to the context's folder, with slashes.</param>
/// <param name="Source">The full path on this machine.</param>
/// <param name="Kind">What it is.</param>
/// <param name="LinkTarget">Where a link points to, as it is written; otherwise empty.</param>
internal sealed record ContextEntry(string Path, string Source, ContextEntryKind Kind, string LinkTarget = "");

/// <summary>What is kept of a file's type and mode: as much as git keeps, so that every clone sends the same.</summary>
internal enum ContextEntryKind
{
    File,
    Executable,
    Folder,
    Link,
}

using System.Text;
using Pipeline.Images;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>The archive that a client sends with a build.</summary>
internal static class BuildContextFiles
{
    /// <summary>Unpacks the archive.</summary>
    /// <exception cref="EngineException">It is none.</exception>
    public static async Task<FileTree> ReadAsync(Stream body, Spool spool, CancellationToken cancellation)
    {
        await using var archive = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        await body.CopyToAsync(archive, cancellation);
        archive.Position = 0;
        var tree = new FileTree(spool);
        try
        {
            await using var content = await LayerFile.OpenAsync(archive, cancellation);
            await tree.AddAsync(content, (_, _) => true, cancellation);
            return tree;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new EngineException(500, $"Error processing tar file(exit status 1): {e.Message}");
        }
    }

    /// <summary>Reads the Dockerfile, and takes it and <c>.dockerignore</c> from the context when the latter names them.</summary>
    /// <exception cref="EngineException">There is no such file, or it is empty.</exception>
    public static async Task<string> TakeDockerfileAsync(FileTree context, string path, CancellationToken cancellation)
    {
        if (context.Entries.GetValueOrDefault(path) is not { IsFolder: false } entry)
            throw new EngineException(500, $"Cannot locate specified Dockerfile: {path}");
        var text = Encoding.UTF8.GetString(await context.ReadAsync(entry, cancellation));
        if (text.Length == 0)
            throw new EngineException(400, $"the Dockerfile ({path}) cannot be empty");
        if (context.Entries.GetValueOrDefault(DockerIgnore.FileName) is not { IsFolder: false } file)
            return text;
        // The client leaves out what is ignored, except these two: the engine itself needs them.
        var ignore = Ignore(Encoding.UTF8.GetString(await context.ReadAsync(file, cancellation)));
        foreach (var name in new[] { DockerIgnore.FileName, path }.Where(ignore.Ignores))
            context.Remove(name);
        return text;
    }

    private static DockerIgnore Ignore(string text)
    {
        try
        {
            return new DockerIgnore(text.Split('\n'));
        }
        catch (FormatException e)
        {
            throw new EngineException(500, $"error parsing .dockerignore: {e.Message}");
        }
    }
}

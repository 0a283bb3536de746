using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Releases;

/// <summary>What makes two runs work on the same release.</summary>
public static class ReleaseKey
{
    /// <summary>Environment, version, commit and a hash of the content of every input.</summary>
    /// <param name="environment">The environment's name.</param>
    /// <param name="source">Version and commit.</param>
    /// <param name="inputs">Files and folders; what a build leaves in them (<c>node_modules</c>, <c>build</c>, caches) does not count.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<string> OfAsync(string environment, Source source, IReadOnlyList<string> inputs, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var input in inputs.Order(StringComparer.Ordinal))
            // Paths relative to the input, and in their order: two clones have the same key wherever they are, also on Windows.
            foreach (var (name, file) in FilesIn(input).Select(f => (Path.GetRelativePath(Path.GetDirectoryName(input)!, f).Replace('\\', '/'), f)).OrderBy(f => f.Item1, StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes(name + '\n'));
                await using var content = File.OpenRead(file);
                hash.AppendData(await SHA256.HashDataAsync(content, cancellation));
            }

        return $"{environment}/{source.Version}/{source.Commit[..12]}/{Convert.ToHexStringLower(hash.GetHashAndReset())[..12]}";
    }

    private static IEnumerable<string> FilesIn(string input)
    {
        if (!Directory.Exists(input))
            return File.Exists(input) ? [input] : [];
        var here = Directory.EnumerateFiles(input).Where(f => !f.EndsWith(".pyc", StringComparison.Ordinal));
        var below = Directory.EnumerateDirectories(input).Where(d => Path.GetFileName(d) is not ("node_modules" or "build" or "__pycache__" or ".vite")).SelectMany(FilesIn);
        return here.Concat(below);
    }
}

using System.Security.Cryptography;
using System.Text;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.Cdn.Edge;

/// <summary>The edge's cache, in files: a real edge's cache is not emptied either because a laptop was closed.</summary>
internal sealed class EdgeCache
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, CachedAnswer> answers;
    private readonly ContentFiles content;
    private readonly TimeProvider time;
    private readonly string folder;

    public EdgeCache(string folder, TimeProvider time)
    {
        (this.folder, this.time) = (Path.Combine(folder, "answers"), time);
        answers = JsonFile.ReadAll<CachedAnswer>(this.folder).ToDictionary(a => a.Path);
        content = new ContentFiles(Path.Combine(folder, "content"));
        content.KeepOnly(answers.Values.Select(a => a.File).OfType<string>().ToHashSet());
    }

    /// <summary>What is kept for a path, with its content open; null when there is nothing.</summary>
    public (CachedAnswer Answer, FileStream? Content)? Open(string path)
    {
        lock (gate)
            return answers.TryGetValue(path, out var found) ? (found, found.File is null ? null : content.Open(found.File)) : null;
    }

    /// <summary>A run of an answer's content.</summary>
    public ContentSlice Slice(CachedAnswer answer, long start, long length) => new(content, answer.File!, start, length);

    /// <summary>Keeps what the bucket serves.</summary>
    /// <param name="answer">All of it but the content.</param>
    /// <param name="source">The content, open: by its name it may be gone by now, when its object was replaced.</param>
    /// <param name="cancellation">Ends the copying.</param>
    public async Task KeepAsync(CachedAnswer answer, FileStream source, CancellationToken cancellation)
    {
        var file = await content.CopyAsync(source, cancellation);
        lock (gate)
        {
            Remove(answer.Path);
            Write(answer with { File = file, Confirmed = time.GetUtcNow() });
        }
    }

    /// <summary>Notes that the bucket has the same content still.</summary>
    /// <param name="answer">The answer with the bucket's headers as they are now.</param>
    public void Confirm(CachedAnswer answer)
    {
        lock (gate)
            if (answers.TryGetValue(answer.Path, out var now) && now.File == answer.File)
                Write(answer with { Confirmed = time.GetUtcNow() });
    }

    /// <summary>Forgets paths.</summary>
    /// <param name="paths">Each as clients ask for it; a star at the end stands for anything.</param>
    public void Forget(IReadOnlyCollection<string> paths)
    {
        lock (gate)
            foreach (var path in answers.Keys.Where(kept => paths.Any(p => Names(p, kept))).ToArray())
                Remove(path);
    }

    private static bool Names(string pattern, string path) => pattern.EndsWith('*') ? path.StartsWith(pattern[..^1], StringComparison.Ordinal) : path == pattern;

    private void Write(CachedAnswer answer)
    {
        JsonFile.Write(FileOf(answer.Path), answer);
        answers[answer.Path] = answer;
    }

    private void Remove(string path)
    {
        if (!answers.Remove(path, out var removed))
            return;
        File.Delete(FileOf(path));
        if (removed.File is not null)
            content.Delete(removed.File);
    }

    private string FileOf(string path) => Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))}.json");
}

using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.ObjectStore.Storage;

/// <summary>All buckets of the store.</summary>
internal sealed partial class BucketSet
{
    private const string RecordName = "bucket.json";
    private readonly ConcurrentDictionary<string, Bucket> buckets = [];
    private readonly Lock gate = new();
    private readonly string folder;
    private readonly TimeProvider time;

    /// <param name="folder">Their folder; what an earlier run left there is there again.</param>
    /// <param name="time">The clock.</param>
    public BucketSet(string folder, TimeProvider time)
    {
        (this.folder, this.time) = (folder, time);
        Directory.CreateDirectory(folder);
        foreach (var one in Directory.EnumerateDirectories(folder))
            if (File.Exists(Path.Combine(one, RecordName)))
                buckets[Path.GetFileName(one)] = new Bucket(Path.GetFileName(one), one, JsonFile.Read<DateTimeOffset>(Path.Combine(one, RecordName)));
    }

    /// <summary>All buckets, by name.</summary>
    public IReadOnlyList<Bucket> All => [.. buckets.Values.OrderBy(b => b.Name, StringComparer.Ordinal)];

    /// <summary>One bucket, or null.</summary>
    public Bucket? Find(string name) => buckets.GetValueOrDefault(name);

    /// <summary>One bucket.</summary>
    /// <exception cref="S3Exception">NoSuchBucket.</exception>
    public Bucket Get(string name) => Find(name) ?? throw S3Exception.NoSuchBucket();

    /// <summary>Makes a bucket.</summary>
    /// <returns>False when it was there.</returns>
    /// <exception cref="S3Exception">InvalidBucketName.</exception>
    public bool Create(string name)
    {
        if (!BucketName().IsMatch(name) || name.Contains("..", StringComparison.Ordinal))
            throw new S3Exception(HttpStatusCode.BadRequest, "InvalidBucketName", "The specified bucket is not valid.");
        lock (gate)
        {
            if (buckets.ContainsKey(name))
                return false;
            var created = time.GetUtcNow();
            JsonFile.Write(Path.Combine(folder, name, RecordName), created);
            buckets[name] = new Bucket(name, Path.Combine(folder, name), created);
            return true;
        }
    }

    /// <summary>Removes a bucket.</summary>
    /// <exception cref="S3Exception">NoSuchBucket, or BucketNotEmpty.</exception>
    public void Remove(string name)
    {
        lock (gate)
        {
            if (!Get(name).Objects.IsEmpty)
                throw new S3Exception(HttpStatusCode.Conflict, "BucketNotEmpty", "The bucket you tried to delete is not empty");
            buckets.TryRemove(name, out _);
            Directory.Delete(Path.Combine(folder, name), recursive: true);
        }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketName();
}

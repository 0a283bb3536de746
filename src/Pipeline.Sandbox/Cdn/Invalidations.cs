using System.Security.Cryptography;
using Pipeline.Sandbox.Cdn.Edge;
using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.Cdn;

/// <summary>All invalidations. They complete when somebody looks and their time is over; there is no work in the background.</summary>
internal sealed class Invalidations
{
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
    private const int MostPaths = 3000;
    private const int MostWildcards = 15;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private readonly Lock gate = new();
    private readonly Dictionary<string, InvalidationRecord> records;
    private readonly CdnOptions options;
    private readonly EdgeCache cache;
    private readonly string folder;

    public Invalidations(CdnOptions options, EdgeCache cache)
    {
        (this.options, this.cache, folder) = (options, cache, Path.Combine(options.Folder, "invalidations"));
        records = JsonFile.ReadAll<InvalidationRecord>(folder).ToDictionary(r => r.Id);
    }

    /// <summary>All of them, the latest first.</summary>
    public IReadOnlyList<InvalidationRecord> All
    {
        get
        {
            lock (gate)
            {
                Settle();
                return [.. records.Values.OrderByDescending(r => r.Created).ThenBy(r => r.Id, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>How many are in progress.</summary>
    public int InProgress => All.Count(r => !r.IsCompleted);

    /// <summary>One of them.</summary>
    /// <exception cref="CdnException">NoSuchInvalidation.</exception>
    public InvalidationRecord Get(string id) => All.FirstOrDefault(r => r.Id == id) ?? throw CdnException.NoSuchInvalidation();

    /// <summary>Starts one, or finds the one with the same reference and paths.</summary>
    /// <exception cref="CdnException">There are too many, or the reference was used for other paths.</exception>
    public InvalidationRecord Start(string reference, IReadOnlyList<string> paths)
    {
        lock (gate)
        {
            Settle();
            if (records.Values.FirstOrDefault(r => r.Reference == reference) is { } there)
                return there.Paths.SequenceEqual(paths) ? there : throw CdnException.BatchAlreadyExists();
            var busy = records.Values.Where(r => !r.IsCompleted).SelectMany(r => r.Paths).Concat(paths).ToLookup(IsWildcard);
            if (busy[false].Count() > MostPaths || busy[true].Count() > MostWildcards || options.Faults.Strikes("invalidation-throttled", 5))
                throw CdnException.TooManyInvalidations();
            var started = new InvalidationRecord($"I{RandomNumberGenerator.GetString(Letters, 25)}", reference, [.. paths], options.Time.GetUtcNow());
            Write(started);
            return started;
        }
    }

    /// <summary>Completes those whose time is over, and only then makes the edge forget.</summary>
    public void Complete()
    {
        lock (gate)
            Settle();
    }

    private static bool IsWildcard(string path) => path.EndsWith('*');

    private void Settle()
    {
        if (options.Faults.Find("invalidation-never-completes") is not null)
            return;
        var due = options.Time.GetUtcNow() - options.InvalidationTime;
        foreach (var record in records.Values.Where(r => !r.IsCompleted && r.Created <= due).ToArray())
        {
            cache.Forget(record.Paths);
            Write(record with { IsCompleted = true });
        }
    }

    private void Write(InvalidationRecord record)
    {
        JsonFile.Write(Path.Combine(folder, $"{record.Id}.json"), record);
        records[record.Id] = record;
    }
}

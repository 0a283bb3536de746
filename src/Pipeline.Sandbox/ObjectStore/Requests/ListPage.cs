using Pipeline.Sandbox.ObjectStore.Storage;

namespace Pipeline.Sandbox.ObjectStore.Requests;

/// <summary>One page of a listing.</summary>
/// <param name="Objects">The objects on it.</param>
/// <param name="Prefixes">What keys have in common up to the delimiter.</param>
/// <param name="Last">The last key or common prefix on it.</param>
/// <param name="IsTruncated">True when more follow.</param>
internal sealed record ListPage(IReadOnlyList<ObjectRecord> Objects, IReadOnlyList<string> Prefixes, string Last, bool IsTruncated)
{
    /// <summary>Makes it.</summary>
    /// <param name="all">All objects, in order.</param>
    /// <param name="prefix">What keys must begin with.</param>
    /// <param name="delimiter">Where keys are cut after the prefix; empty for nowhere.</param>
    /// <param name="after">The key or common prefix after which the page begins.</param>
    /// <param name="most">How many objects and common prefixes it may have.</param>
    public static ListPage Of(IEnumerable<ObjectRecord> all, string prefix, string delimiter, string after, int most)
    {
        var (objects, prefixes, last, order) = (new List<ObjectRecord>(), new List<string>(), "", new KeyOrder());
        foreach (var record in most == 0 ? [] : all.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal) && order.Compare(o.Key, after) > 0))
        {
            var common = Common(record.Key, prefix, delimiter);
            if (common is not null && (common == after || common == prefixes.LastOrDefault()))
                continue;
            if (objects.Count + prefixes.Count == most)
                return new ListPage(objects, prefixes, last, IsTruncated: true);
            if (common is null)
                objects.Add(record);
            else
                prefixes.Add(common);
            last = common ?? record.Key;
        }

        return new ListPage(objects, prefixes, last, IsTruncated: false);
    }

    private static string? Common(string key, string prefix, string delimiter) =>
        delimiter.Length > 0 && key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is var found and >= 0 ? key[..(found + delimiter.Length)] : null;
}

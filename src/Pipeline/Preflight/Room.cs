using System.Text.Json.Nodes;

namespace Pipeline.Preflight;

/// <summary>Places that pods can go to, and what is free in each: the nodes of a cluster, or the one place that a quota is.</summary>
/// <param name="places">The places.</param>
internal sealed class Room(IReadOnlyList<Place> places)
{
    /// <summary>Puts as many equal pods as possible where they fit; they stay there.</summary>
    /// <param name="pod">The pod's spec.</param>
    /// <param name="most">No more than this.</param>
    /// <returns>How many fitted.</returns>
    public int Put(JsonObject pod, int most)
    {
        var count = 0;
        foreach (var place in places)
            while (count < most && place.TryPut(pod))
                count++;
        return count;
    }
}

/// <summary>One place.</summary>
/// <param name="free">What is free in it, by name.</param>
/// <param name="takes">Whether it takes a pod at all.</param>
/// <param name="named">Which names count for a pod.</param>
internal sealed class Place(Dictionary<string, decimal> free, Func<JsonObject, bool> takes, Func<JsonObject, IEnumerable<string>> named)
{
    /// <summary>Puts a pod there if it fits.</summary>
    public bool TryPut(JsonObject pod)
    {
        var needs = named(pod).Select(n => (Name: n, Amount: PodAmounts.Of(pod, n))).ToList();
        if (!takes(pod) || needs.Exists(n => n.Amount > free.GetValueOrDefault(n.Name)))
            return false;
        foreach (var (name, amount) in needs)
            free[name] = free.GetValueOrDefault(name) - amount;
        return true;
    }
}

namespace Nuke.Common.Execution;

/// <summary>Which target waits for which.</summary>
internal static class Order
{
    /// <summary>The targets in an order in which each comes after all it waits for; among equals, by name.</summary>
    /// <exception cref="UsageFault">They wait for each other in a circle.</exception>
    public static IReadOnlyList<BuildTarget> Of(IReadOnlySet<BuildTarget> targets)
    {
        var before = Before(targets);
        var ordered = new List<BuildTarget>();
        var open = targets.OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        while (open.Count > 0)
        {
            var next = open.Find(t => before[t].All(ordered.Contains)) ?? throw new UsageFault(Circle(open, before));
            open.Remove(next);
            ordered.Add(next);
        }

        return ordered;
    }

    /// <summary>For each target those of the set that must have ended before it starts.</summary>
    public static IReadOnlyDictionary<BuildTarget, HashSet<BuildTarget>> Before(IReadOnlySet<BuildTarget> targets)
    {
        var before = targets.ToDictionary(t => t, t => t.Needs.Concat(t.Later).Where(targets.Contains).ToHashSet());
        foreach (var target in targets)
            foreach (var triggered in target.Triggers.Where(targets.Contains))
                before[triggered].Add(target);
        return before;
    }

    private static string Circle(List<BuildTarget> open, IReadOnlyDictionary<BuildTarget, HashSet<BuildTarget>> before)
    {
        var chain = new List<BuildTarget> { open[0] };
        while (true)
        {
            var next = before[chain[^1]].Where(open.Contains).OrderBy(t => t.Name, StringComparer.Ordinal).First();
            chain.Add(next);
            if (chain.IndexOf(next) < chain.Count - 1)
                return $"Targets wait for each other in a circle: {string.Join(" → ", chain.Skip(chain.IndexOf(next)))}.";
        }
    }
}

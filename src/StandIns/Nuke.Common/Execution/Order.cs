namespace Nuke.Common.Execution;

/// <summary>Which target waits for which.</summary>
internal static class Order
{
    /// <summary>The targets in an order in which each comes after all it waits for; among equals, as they were declared.</summary>
    /// <exception cref="UsageFault">They wait for each other in a circle.</exception>
    public static IReadOnlyList<BuildTarget> Of(IReadOnlySet<BuildTarget> targets)
    {
        var before = Before(targets);
        var ordered = new List<BuildTarget>();
        var open = targets.OrderBy(t => t.Position).ToList();
        while (open.Count > 0)
        {
            var next = open.Find(t => before[t].All(ordered.Contains)) ?? throw new UsageFault(Circle(open, before));
            open.Remove(next);
            ordered.Add(next);
        }

        return ordered;
    }

    /// <summary>For each target those of the set that must have ended before it starts.</summary>
    public static IReadOnlyDictionary<BuildTarget, HashSet<BuildTarget>> Before(IReadOnlySet<BuildTarget> targets) =>
        targets.ToDictionary(t => t, t => Before(t, targets));

    // What does not run still stands between what it waits for and what waits for it.
    private static HashSet<BuildTarget> Before(BuildTarget target, IReadOnlySet<BuildTarget> targets)
    {
        var before = new HashSet<BuildTarget>();
        var passed = new HashSet<BuildTarget>();
        var open = new Stack<BuildTarget>(target.WaitsFor);
        while (open.TryPop(out var next))
            if (targets.Contains(next))
                before.Add(next);
            else if (passed.Add(next))
                foreach (var further in next.WaitsFor)
                    open.Push(further);
        return before;
    }

    private static string Circle(List<BuildTarget> open, IReadOnlyDictionary<BuildTarget, HashSet<BuildTarget>> before)
    {
        var chain = new List<BuildTarget> { open[0] };
        while (true)
        {
            var next = before[chain[^1]].Where(open.Contains).MinBy(t => t.Position)!;
            chain.Add(next);
            if (chain.IndexOf(next) < chain.Count - 1)
                return $"Targets wait for each other in a circle: {string.Join(" → ", chain.Skip(chain.IndexOf(next)))}.";
        }
    }
}

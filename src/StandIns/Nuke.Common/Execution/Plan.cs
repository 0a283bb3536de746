namespace Nuke.Common.Execution;

/// <summary>What one run does.</summary>
/// <param name="Targets">What runs, in order.</param>
/// <param name="Skipped">What was named by <c>--skip</c>, or is needed only by that.</param>
internal sealed record Plan(IReadOnlyList<BuildTarget> Targets, IReadOnlyList<BuildTarget> Skipped)
{
    /// <summary>Plans a run. A skipped target takes what only it needs or triggers with it.</summary>
    /// <param name="graph">Every target.</param>
    /// <param name="asked">What is asked for.</param>
    /// <param name="skips">What is skipped; empty skips all that was not asked for, null skips nothing.</param>
    /// <exception cref="UsageFault">A name is unknown, or what is asked for is skipped.</exception>
    public static Plan Of(TargetGraph graph, IReadOnlyList<string> asked, IReadOnlyList<string>? skips)
    {
        var known = asked.Concat(skips ?? []).Where(n => !graph.Targets.Any(t => t.Name.Equals(n, StringComparison.OrdinalIgnoreCase))).ToList();
        if (known.Count > 0)
            throw new UsageFault([.. known.Select(graph.Unknown)]);
        var wanted = asked.Select(graph.Find).ToList();
        var skipped = (skips ?? []).Select(graph.Find).ToHashSet();
        if (wanted.Find(skipped.Contains) is { } both)
            throw new UsageFault($"'{both.Name}' is asked for and skipped at once.");
        var whole = Reach(wanted, []);
        if (skips is [])
            skipped = [.. whole.Except(wanted)];
        if (skipped.FirstOrDefault(s => !whole.Contains(s)) is { } idle)
            throw new UsageFault($"--skip: '{idle.Name}' would not run anyway. The plan is: {string.Join(" → ", Order.Of(whole))}.");
        var running = Reach(wanted, skipped);
        return new Plan(Order.Of(running), Order.Of(whole.Except(running).ToHashSet()));
    }

    private static HashSet<BuildTarget> Reach(IEnumerable<BuildTarget> wanted, HashSet<BuildTarget> skipped)
    {
        var reached = new HashSet<BuildTarget>();
        var open = new Stack<BuildTarget>(wanted);
        while (open.TryPop(out var next))
            if (!skipped.Contains(next) && reached.Add(next))
                foreach (var further in next.Needs.Concat(next.Triggers))
                    open.Push(further);
        return reached;
    }
}

using System.Collections.Immutable;
using Pipeline.Releases;

namespace Pipeline.Migrations;

/// <summary>What the kept records know of the schema: where it stands, where it stood at each release, and what older pods can live with.</summary>
internal sealed class SchemaRecord
{
    private readonly List<Release> releases;
    private readonly Dictionary<string, RevisionVerdict> verdicts = [];

    /// <param name="kept">The releases, in any order.</param>
    public SchemaRecord(IEnumerable<Release> kept)
    {
        releases = [.. kept.Where(r => r.Migration is not null).OrderByDescending(r => r.Number)];
        // Judged twice, on schemas that differed: the stricter verdict counts.
        foreach (var verdict in releases.SelectMany(r => VerdictsOf(r.Migration!)))
            if (!verdicts.TryGetValue(verdict.Revision, out var known) || known.IsCompatible)
                verdicts[verdict.Revision] = verdict;
    }

    /// <summary>The revision that the database has by the newest record; one whose migration did not end may have reached its goal.</summary>
    public string? Now => releases.Count == 0 ? null : releases[0].Migration is { After: null } cut ? VerdictsOf(cut).LastOrDefault()?.Revision ?? cut.Before : releases[0].Migration!.After;

    /// <summary>The revision that a release's migration leads to, whether it has arrived or not; null when its record has no verdicts.</summary>
    public static string? GoalOf(Release release) => release.Migration is { } migration ? VerdictsOf(migration).LastOrDefault()?.Revision : null;

    /// <summary>The revision that a release ran on.</summary>
    /// <returns>False when no record says so.</returns>
    public bool Knows(Release release, out string? revision)
    {
        var witness = WitnessOf(release);
        revision = witness?.Number > release.Number ? witness.Migration!.Before : witness?.Migration!.After;
        return witness is not null;
    }

    /// <summary>The way from a revision down to an older one.</summary>
    /// <param name="newer">Where it begins.</param>
    /// <param name="older">Where it ends; null for the empty database.</param>
    public SchemaRange Between(string? newer, string? older)
    {
        var (way, isKnown) = (new List<RevisionVerdict>(), true);
        var (next, seen) = (new Stack<string>(newer is null ? [] : [newer]), new HashSet<string>());
        var arrived = newer is null && older is null;
        while (next.TryPop(out var revision))
        {
            arrived |= revision == older;
            if (revision == older || !seen.Add(revision))
                continue;
            var verdict = verdicts.GetValueOrDefault(revision);
            isKnown &= verdict is not null;
            way.Add(verdict ?? new RevisionVerdict(revision, [], "no kept record has a verdict on it", null));
            foreach (var parent in verdict?.Parents ?? [])
                next.Push(parent);
            arrived |= older is null && verdict is { Parents.IsEmpty: true };
        }

        return new SchemaRange(newer, older, [.. way], isKnown && arrived);
    }

    /// <summary>The revisions that pods which expect an older one can live with.</summary>
    public ImmutableHashSet<string> NewerThan(string? older) => [.. verdicts.Keys.Where(r => r != older && Between(r, older) is { IsCompatible: true })];

    /// <summary>The newest release whose image carries a revision; null when none is kept.</summary>
    public Release? CarrierOf(string revision) =>
        releases.Find(r => r is { Rollback: null, Image: not null } && VerdictsOf(r.Migration!).Any(v => v.Revision == revision));

    /// <summary>The proven backup from before the first breaking revision of a range; null when none is kept.</summary>
    public Release? BackupBefore(SchemaRange range) =>
        releases.FindLast(r => r.Backup is not null && VerdictsOf(r.Migration!).Any(v => range.Breaking.Any(b => b.Revision == v.Revision)));

    /// <summary>The numbers of the releases whose records lead from the present revision to those that others ran on.</summary>
    /// <param name="targets">The releases that a rollback may bring back.</param>
    public IReadOnlySet<int> NeededFor(IEnumerable<Release> targets)
    {
        var needed = releases.Take(1).ToHashSet();
        foreach (var target in targets.Where(t => WitnessOf(t) is not null))
        {
            needed.Add(WitnessOf(target)!);
            Knows(target, out var revision);
            // A way that is not known leads nowhere, whatever is kept of it.
            if (Between(Now, revision) is { IsKnown: true } way)
                needed.UnionWith(releases.Where(r => VerdictsOf(r.Migration!).Any(v => way.Revisions.Any(w => w.Revision == v.Revision))));
        }

        return needed.Select(r => r.Number).ToHashSet();
    }

    private Release? WitnessOf(Release release) =>
        releases.Find(r => r.Number <= release.Number && r.Migration!.After is not null) ?? releases.FindLast(r => r.Number > release.Number);

    // Records of builds that judged nothing know the order all the same.
    private static IEnumerable<RevisionVerdict> VerdictsOf(MigrationResult migration)
    {
        if (!migration.Verdicts.IsEmpty)
            return migration.Verdicts;
        var parents = migration.Applied.Prepend(migration.Before);
        return migration.Applied.Zip(parents, (revision, parent) => new RevisionVerdict(revision, parent is null ? [] : [parent], "its record has no verdict", null));
    }
}

/// <summary>The revisions that lie between two states of the schema.</summary>
/// <param name="Newer">The newer end.</param>
/// <param name="Older">The older end; null for the empty database.</param>
/// <param name="Revisions">Those that are in the newer state only, newest first.</param>
/// <param name="IsKnown">False when no kept record leads from one end to the other.</param>
internal sealed record SchemaRange(string? Newer, string? Older, ImmutableArray<RevisionVerdict> Revisions, bool IsKnown)
{
    /// <summary>True when pods that expect the older state can live with the newer one.</summary>
    public bool IsCompatible => Newer == Older || (IsKnown && Revisions.All(r => r.IsCompatible));

    /// <summary>The revisions that they cannot live with.</summary>
    public IEnumerable<RevisionVerdict> Breaking => Revisions.Where(r => !r.IsCompatible);
}

using Pipeline.Sandbox.Journal;

namespace EndToEnd.Tests.KillPoints;

/// <summary>
/// The boundaries of a run, from the journal of one that was not ended. A run that dies before a request leaves what one leaves that
/// dies after the change before it: so each change is a point once it is done. Of many like changes in a row the first and the last count,
/// and of requests that change nothing the first of each step and server, each before it is sent.
/// </summary>
internal static class KillPointList
{
    private static readonly string[] Changing = ["POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] Asking = ["dryRun", "/selfsubject", "/auth", "/ping"];

    public static IReadOnlyList<KillPoint> Of(IReadOnlyList<JournalEntry> requests, IEnumerable<JournalEntry> programs)
    {
        var named = Named(requests);
        var changes = named.Where(n => IsChange(n.At)).ToList();
        var points = new List<KillPoint>();
        foreach (var (index, change) in changes.Index())
        {
            var (earlier, later) = (index > 0 ? changes[index - 1] : null, index + 1 < changes.Count ? changes[index + 1] : null);
            if (earlier is null)
                points.Add(change with { When = Moment.Before });
            if (!Alike(earlier, change) || !Alike(change, later))
                points.Add(change);
        }

        var reads = named.Where(n => !IsChange(n.At)).DistinctBy(n => (n.Step, n.At.Door)).Select(n => n with { When = Moment.Before });
        var atPrograms = programs.SelectMany(p => (KillPoint[])[new("", $"{p.Method} {p.Shape}", p, Moment.Meanwhile), new("", $"{p.Method} {p.Shape}", p, Moment.After)])
            .Select(p => p with { Step = p.At.Method == "npm" ? "BuildFrontend" : "Backup" });
        return [.. points.Concat(reads).OrderBy(p => p.At.Number), .. atPrograms];
    }

    private static List<KillPoint> Named(IReadOnlyList<JournalEntry> requests)
    {
        var steps = new RunningSteps();
        var named = new List<KillPoint>();
        foreach (var entry in requests)
        {
            var record = steps.Read(entry);
            named.Add(new KillPoint(StepOf(entry, steps), $"{entry.Method} {record ?? Short(entry)}{(entry.Nth > 1 ? $" #{entry.Nth}" : "")}", entry, Moment.After));
        }

        // A renewal comes when its time has come, not at a place of the run.
        var leases = named.Where(n => n.Step == "Lock" && n.At.Method == "PUT").ToList();
        return [.. named.Where(n => n.At.Door != "cluster" || !n.At.Shape.Contains("watch", StringComparison.Ordinal)).Except(leases.Skip(1).SkipLast(1))];
    }

    private static bool IsChange(JournalEntry entry) =>
        Changing.Contains(entry.Method) && !Array.Exists(Asking, a => entry.Shape.Contains(a, StringComparison.Ordinal));

    private static bool Alike(KillPoint? one, KillPoint? other) =>
        one is not null && other is not null && !one.What.Contains("the record", StringComparison.Ordinal)
        && (one.Step, one.At.Door, one.At.Method, Folder(one)) == (other.Step, other.At.Door, other.At.Method, Folder(other));

    private static string Folder(KillPoint point) => point.At.Shape[..point.At.Shape.LastIndexOf('/')];

    private static string StepOf(JournalEntry entry, RunningSteps steps) => (entry.Door, entry.Shape) switch
    {
        ("cluster", var shape) when shape.Contains("/leases", StringComparison.Ordinal) => "Lock",
        ("cluster", var shape) when steps.IsOpen && shape.Contains("/jobs", StringComparison.Ordinal) => "Migrate",
        ("cluster", _) => steps.IsOpen ? steps.Now : "Preflight",
        ("engine", var shape) when shape.Contains("/build", StringComparison.Ordinal) => "BuildImage",
        ("engine" or "registry", _) => "PushImage",
        ("store", var shape) when !steps.IsOpen || shape.StartsWith("/backups", StringComparison.Ordinal) => steps.IsOpen ? "Backup" : "Preflight",
        ("store", _) => "SyncFrontend",
        ("cdn", _) => steps.IsOpen ? "Invalidate" : "Preflight",
        _ => steps.Now,
    };

    // /apis/apps/v1/namespaces/dataset-management/deployments/dataset-management-api?fieldManager&force: deployments/dataset-management-api
    private static string Short(JournalEntry entry)
    {
        var path = entry.Shape.Split('?')[0];
        var place = path.IndexOf("/namespaces/dataset-management/", StringComparison.Ordinal);
        var (shortened, dry) = (place < 0 ? path : path[(place + "/namespaces/dataset-management/".Length)..], entry.Shape.Contains("dryRun", StringComparison.Ordinal) ? " (dry run)" : "");
        return $"{(entry.Door == "cluster" ? "" : $"{entry.Door} ")}{shortened}{dry}";
    }
}

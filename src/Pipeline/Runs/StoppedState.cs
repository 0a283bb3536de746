using Pipeline.Releases;

namespace Pipeline.Runs;

/// <summary>The one sentence about a release whose run was stopped.</summary>
internal static class StoppedState
{
    private static readonly string[] Order = ["Backup", "Migrate", "Deploy", "SyncFrontend", "Invalidate", "Verify"];

    public static string Of(Release release)
    {
        var stopped = release.Steps.Where(s => s.State is StepState.Cancelled or StepState.Running).Select(s => s.Name).ToList();
        var where = stopped.Count > 0 ? $"stopped in {string.Join(" and ", stopped)}" : "stopped";
        if (release.Rollback is not null)
            return $"{where}; nothing of it was undone, ./build.sh Rollback proves what is done and goes on";
        var done = release.Steps.Where(s => s.State == StepState.Done).Select(s => s.Name).ToList();
        var open = Order.Where(o => !done.Contains(o) && !stopped.Contains(o)).ToList();
        var job = stopped.Contains("Migrate") ? ", a migration that its Job began goes on" : "";
        return $"{where}; done: {List(done)}{(open.Count > 0 ? $"; not begun: {List(open)}" : "")}; nothing was undone{job}, and the same command proves what is done and goes on";
    }

    private static string List(List<string> names) => names.Count > 0 ? string.Join(", ", names) : "nothing";
}

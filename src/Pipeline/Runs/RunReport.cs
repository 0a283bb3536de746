using Pipeline.Errors;

namespace Pipeline.Runs;

/// <summary>The last lines of a run: how it ended, what changed, what was left alone, how to go back.</summary>
internal static class RunReport
{
    public static IEnumerable<string> Lines(PipelineSession session, RunOptions options, int exitCode)
    {
        yield return "";
        foreach (var line in session.Summary.Lines())
            yield return "  " + line;
        var name = options.Release.EnvironmentName;
        var release = session.Ledger.Current;
        if (exitCode is ExitCode.Done or ExitCode.NotPutBack && release is { Number: > 0, Rollback: null } && session.Ledger.History.Live is { } before && before.Number != release.Number && !session.Summary.NothingChanged)
            yield return $"  to go back   ./build.sh Rollback --profile {name}";
        if (exitCode == ExitCode.Done && session.Signals.IsUndoWanted)
            yield return "  The undo came too late: every step had ended, so nothing was put back";
        if (release is { Rollback: not null, Migration.Outage: { To: null } open })
            yield return $"  NO POD RUNS since {open.From:u}: nobody gets an answer until ./build.sh Rollback has gone on";
        var where = string.IsNullOrWhiteSpace(name) ? "" : $" · {name}: {options.Cluster.Place}";
        yield return $"Result: {Word(exitCode, session)}{(release.Number > 0 ? $", release {release.Number} ({release.Version})" : "")}{where}";
    }

    private static string Word(int exitCode, PipelineSession session) => exitCode switch
    {
        ExitCode.Done when session.Summary.NothingChanged => "done, nothing changed",
        ExitCode.Done => "done",
        ExitCode.Changes => "nothing changed; a deploy has something to do",
        ExitCode.Usage => "not started, a setting is wrong",
        ExitCode.PutBack => "FAILED, and put back",
        ExitCode.Refused => "REFUSED",
        ExitCode.NotPutBack => "FAILED, AND NOT PUT BACK: a person must look now",
        ExitCode.Cancelled => session.Ledger.IsOpen ? StoppedState.Of(session.Ledger.Current) : "stopped before anything of the release was changed, and the same command starts again",
        _ => "FAILED",
    };
}

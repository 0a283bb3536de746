using Pipeline.Errors;

namespace Pipeline.Releases;

/// <summary>Decides whether a run joins the newest record or begins the next release.</summary>
internal static class ReleaseOpening
{
    // Once one of these began, a release may have changed what serves.
    private static readonly string[] ChangingSteps = ["Migrate", "Deploy", "SyncFrontend", "Rollback"];

    /// <param name="store">Where the records are.</param>
    /// <param name="wanted">The release as this run would begin it.</param>
    /// <param name="fresh">Begins it although another one is unfinished, which is ended as it is; a rollback always does.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <returns>The release, stored, and the history.</returns>
    /// <exception cref="FailureException">The namespace is another environment's, or another release is unfinished.</exception>
    public static async Task<(Release Release, ReleaseHistory History)> OpenAsync(RecordStore store, Release wanted, bool fresh, CancellationToken cancellation)
    {
        for (var taken = 0; ;)
        {
            var history = await store.ReadAsync(cancellation);
            RefuseForeign(history, wanted);
            if (history.Latest is { } latest && latest.Key == wanted.Key && latest.Rollback is null && wanted.Rollback is null)
                return (Joined(latest), history);
            history = await EndUnfinishedAsync(store, history, wanted, fresh || wanted.Rollback is not null, cancellation);
            var next = wanted with { Number = (history.Latest?.Number ?? 0) + 1 };
            if (next.Number == taken)
                throw new FailureException($"ConfigMap/pipeline-release-{taken} is there and is no record: it lacks the label {RecordStore.Label}=release. Give it back, or delete the ConfigMap.");
            if (await store.TryCreateAsync(next, cancellation))
                return (next, history with { Releases = [next, .. history.Releases] });
            taken = next.Number;
        }
    }

    // A finished release stays what it was until a step of this run fails: running Deploy again must not make a good release doubtful.
    // One that failed must show itself again: what was seen before the failure was perhaps put back since.
    private static Release Joined(Release latest) =>
        latest.Outcome == ReleaseOutcome.Succeeded ? latest : CutOff(latest) with { Outcome = ReleaseOutcome.Unfinished, Ended = null, Verification = null };

    // Under the lock no other run is at work: what the record calls running was cut off.
    private static Release CutOff(Release latest) => latest with
    {
        Steps = [.. latest.Steps.Select(s => s.State == StepState.Running ? s with { State = StepState.Cancelled, Error = "Its run ended without a word: it died, or lost the deploy lock." } : s)],
    };

    private static async Task<ReleaseHistory> EndUnfinishedAsync(RecordStore store, ReleaseHistory history, Release wanted, bool fresh, CancellationToken cancellation)
    {
        if (history.Latest is not { Outcome: ReleaseOutcome.Unfinished } latest)
            return history;
        var left = CutOff(latest);
        if (!fresh)
        {
            if (latest.Steps.Any(s => s.State == StepState.Running))
                await store.WriteAsync(left, cancellation);
            throw FailureException.Refused($"Release {latest.Number} ({latest.Version}) of {latest.StartedBy} is unfinished, and {wanted.Version} is another one. Run that one again from its commit, take it back with ./build.sh Rollback, or leave what it did as it is with --fresh.");
        }

        var mayHaveChanged = latest.Steps.Any(s => ChangingSteps.Contains(s.Name));
        var ended = left with { Outcome = mayHaveChanged ? ReleaseOutcome.NotPutBack : ReleaseOutcome.Failed, Ended = wanted.Started };
        await store.WriteAsync(ended, cancellation);
        return history with { Releases = [ended, .. history.Releases.Skip(1)] };
    }

    /// <summary>Refuses a namespace whose records are of another environment.</summary>
    /// <exception cref="FailureException">They are.</exception>
    public static void RefuseForeign(ReleaseHistory history, Release wanted)
    {
        if (history.Latest is { } latest && latest.Environment != wanted.Environment)
            throw FailureException.Refused($"This namespace belongs to the environment '{latest.Environment}', not to '{wanted.Environment}' (release {latest.Number} says so). Check EnvironmentName and KubeNamespace in the profile.");
    }
}

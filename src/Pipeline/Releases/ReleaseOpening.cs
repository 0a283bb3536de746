using Pipeline.Errors;

namespace Pipeline.Releases;

/// <summary>Decides whether a run joins the newest record or begins the next release.</summary>
internal static class ReleaseOpening
{
    /// <returns>The release, stored, and the history as it was read (without a new release).</returns>
    public static async Task<(Release Release, ReleaseHistory History)> OpenAsync(RecordStore store, Release wanted, CancellationToken cancellation)
    {
        while (true)
        {
            var history = await store.ReadAsync(cancellation);
            RefuseForeign(history, wanted);
            if (history.Latest is { } latest && latest.Key == wanted.Key && latest.Rollback is null && wanted.Rollback is null)
                return (Joined(latest), history);
            var next = wanted with { Number = (history.Latest?.Number ?? 0) + 1 };
            if (await store.TryCreateAsync(next, cancellation))
                return (next, new ReleaseHistory([next, .. history.Releases]));
        }
    }

    // A finished release stays what it was until a step of this run fails: running Deploy again must not make a good release doubtful.
    private static Release Joined(Release latest) =>
        latest.Outcome == ReleaseOutcome.Succeeded ? latest : latest with { Outcome = ReleaseOutcome.Unfinished, Ended = null };

    private static void RefuseForeign(ReleaseHistory history, Release wanted)
    {
        if (history.Latest is { } latest && latest.Environment != wanted.Environment)
            throw FailureException.Refused($"This namespace belongs to the environment '{latest.Environment}', not to '{wanted.Environment}' (release {latest.Number} says so). Check EnvironmentName and KubeNamespace in the profile.");
    }
}

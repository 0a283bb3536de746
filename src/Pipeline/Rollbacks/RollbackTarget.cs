using Pipeline.Errors;
using Pipeline.Releases;

namespace Pipeline.Rollbacks;

/// <summary>Chooses the release that a rollback goes back to.</summary>
internal static class RollbackTarget
{
    /// <exception cref="FailureException">There is none, or it cannot serve.</exception>
    public static Release Choose(ReleaseHistory history, int? number)
    {
        if (history.Latest is null)
            throw FailureException.Refused("There is no release in this namespace, so there is nothing to go back to. Nothing was changed.");
        if (number is null)
            return history.PreviousGood ?? throw FailureException.Refused($"No verified release before the live one is kept, so there is nothing to go back to. {Kept(history)}");
        if (history.FindUnreadable(number.Value) is { } lost)
            throw FailureException.Refused($"--rollback-to: {lost.Sentence} {Kept(history)}");
        var found = history.Find(number.Value) ?? throw FailureException.Refused($"--rollback-to: release {number} is not kept. {Kept(history)}");
        // The target of a rollback is what that rollback brought back.
        var target = found.Rollback is { } back ? BroughtBack(history, found, back.To) : found;
        if (target is { IsFound: true, Rollout: null })
            throw FailureException.Refused($"--rollback-to: of what was there before the first release only the pages are kept. {Kept(history)}");
        return target is { Rollout: not null, IsGood: true }
            ? target
            : throw FailureException.Refused($"--rollback-to: release {target.Number} ({target.Version}) never served: it ended as {target.Outcome}. {Kept(history)}");
    }

    private static Release BroughtBack(ReleaseHistory history, Release rollback, int number)
    {
        var sentence = $"--rollback-to: release {rollback.Number} is a rollback to release {number}";
        if (history.FindUnreadable(number) is { } lost)
            throw FailureException.Refused($"{sentence}. {lost.Sentence} {Kept(history)}");
        return history.Find(number) ?? throw FailureException.Refused($"{sentence}, which is not kept. {Kept(history)}");
    }

    private static string Kept(ReleaseHistory history)
    {
        var good = history.Releases.Where(r => r.IsGood).Select(r => $"{r.Number} ({r.Version})").ToList();
        return good.Count == 0 ? "No good release is kept." : $"Good ones are: {string.Join(", ", good)}.";
    }
}

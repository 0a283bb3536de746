using Pipeline.Cluster;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The server would keep every field that the manifests set; what it does not know, it leaves out without a word.</summary>
/// <param name="shared">The dry runs.</param>
internal sealed class DroppedFieldsCheck(SharedReads shared) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.DroppedFields;

    /// <inheritdoc />
    public string Needs => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var runs = await shared.DryRunsAsync(context, cancellation);
        var dropped = runs.SelectMany(Dropped).ToList();
        if (dropped.Count > 0)
            return new Finding(Name, FindingState.Failed, $"{string.Join("; ", dropped)}.", "Correct the field's name or place, or leave out what this version of the cluster does not have.");
        var changed = runs.Where(IsComparable).SelectMany(Changed).ToList();
        // An admission webhook may do so on purpose.
        return changed.Count > 0
            ? new Finding(Name, FindingState.Warned, $"the server would keep other values: {string.Join("; ", changed)}", "Look whether that is meant.")
            : new Finding(Name, FindingState.Passed, "the server keeps every field");
    }

    private static IEnumerable<string> Dropped(DryRun run)
    {
        if (run.IsUndeclaredField)
            return [$"{run.Id}: {run.Refusal!.Message}"];
        return IsComparable(run) ? SentFields.Missing(run.Sent, run.Answer).Select(p => $"{run.Id}: the server would drop {p}") : [];
    }

    private static IEnumerable<string> Changed(DryRun run) =>
        SentFields.Changed(run.Sent, run.Answer).Where(c => !SentFields.MayBeFilledIn(c.Sent)).Select(c => $"{run.Id}: {c.Path} becomes {c.Kept.ToJsonString()} instead of {c.Sent.ToJsonString()}");

    // A Secret's stringData comes back as data, and its values are nobody's to see.
    private static bool IsComparable(DryRun run) => run.Answer is not null && run.Sent.Kind() != Resource.Secrets.Kind;
}

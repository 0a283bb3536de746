using Pipeline.Cluster;
using Pipeline.Releases;

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
        return dropped.Count == 0
            ? new Finding(Name, FindingState.Passed, "the server keeps every field")
            : new Finding(Name, FindingState.Failed, $"{string.Join("; ", dropped)}.", "Correct the field's name or place, or leave out what this version of the cluster does not have.");
    }

    private static IEnumerable<string> Dropped(DryRun run)
    {
        if (run.IsUndeclaredField)
            return [$"{run.Id}: {run.Refusal!.Message}"];
        // What is written as stringData comes back as data.
        return run.Answer is null || run.Sent.Kind() == Resource.Secrets.Kind
            ? []
            : SentFields.Missing(run.Sent, run.Answer).Select(p => $"{run.Id}: the server would drop {p}");
    }
}

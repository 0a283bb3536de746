using Pipeline.Runs;

namespace Pipeline.Incidents;

/// <summary>Collects in one bundle what the cluster knows: objects, events, logs, answers, usage, the record. Changes nothing.</summary>
/// <param name="folder">Where the bundle and its summary go.</param>
public sealed class DiagnoseStep(string folder) : IStep
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public string Name => "Diagnose";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = await context.ClusterAsync(cancellation);
        var found = await new Diagnosis(folder, context).TakeAsync(cluster, Limit, isEssential: false, cancellation);
        foreach (var sentence in found.Standouts)
            context.Log.Warning("{Sentence:l}", sentence);
        if (found.Standouts.Count == 0)
            context.Log.Information("Nothing stands out");
        foreach (var (why, what) in found.Missing)
            context.Log.Information("Not collected, {Why:l}: {What:l}", why, string.Join(", ", what));
        context.Summary.Changed($"the evidence is in '{found.Bundle}'; read '{found.Summary}' first");
        // What was collected until Ctrl-C stays; the run ends as cancelled all the same.
        cancellation.ThrowIfCancellationRequested();
    }
}

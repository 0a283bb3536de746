using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The server would take every manifest: schema, validation, admission, quota of objects, and who owns the fields.</summary>
/// <param name="shared">The dry runs.</param>
internal sealed class ManifestsCheck(SharedReads shared) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.Manifests;

    /// <inheritdoc />
    public string Needs => CheckName.Cluster;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        var runs = await shared.DryRunsAsync(context, cancellation);
        // What other checks name better is left to them.
        var refused = runs.Where(r => r is { Refusal: not null, IsUndeclaredField: false, ImmutableFields.Count: 0 }).ToList();
        if (refused.Count == 0)
            return new Finding(Name, FindingState.Passed, $"the server takes {runs.Count(r => r.Refusal is null)} of {runs.Count} in a dry run{(runs.All(r => r.Refusal is null) ? "" : "; the others stand below")}");
        var advice = refused.Exists(r => r.Refusal!.IsOfFields) ? "Leave such a field out of the manifest, or take it over with --take-over-fields." : "Correct the manifests.";
        return new Finding(Name, FindingState.Failed, string.Join("; ", refused.Select(r => $"{r.Id}: {r.Refusal!.Message}")), advice);
    }
}

using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>Runs checks side by side, shows what they found as a table; none of them hides another.</summary>
internal static class PreflightRun
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <returns>One finding for each check, in the checks' order.</returns>
    public static async Task<PreflightResult> LookAsync(IReadOnlyList<IPreflightCheck> checks, SkippedChecks skipped, StepContext context, CancellationToken cancellation)
    {
        await skipped.JournalAsync(context, cancellation);
        var looking = new Dictionary<string, Task<Finding>>();
        foreach (var check in checks)
        {
            // A check stands after the one that it needs.
            var needed = check.Needs is { } name ? looking.GetValueOrDefault(name) : null;
            var sentence = skipped.SentenceFor(check.Name);
            looking.Add(check.Name, sentence is null ? LookAsync(check, needed, context, cancellation) : Task.FromResult(new Finding(check.Name, FindingState.NotChecked, sentence)));
        }

        var result = new PreflightResult([.. await Task.WhenAll(checks.Select(c => looking[c.Name]))]);
        foreach (var line in FindingTable.Lines(result.Findings))
            context.Log.Information("{Line:l}", line);
        return result;
    }

    private static async Task<Finding> LookAsync(IPreflightCheck check, Task<Finding>? needed, StepContext context, CancellationToken cancellation)
    {
        if (needed is not null && await needed is { State: FindingState.Failed } first)
            return new Finding(check.Name, FindingState.NotChecked, $"needs '{first.Check}', which failed");
        using var time = new CancellationTokenSource(Limit, context.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellation);
        try
        {
            return await check.LookAsync(context, both.Token);
        }
        catch (ClusterRequestException e) when (e.IsForbidden)
        {
            return new Finding(check.Name, FindingState.NotChecked, $"no right to look: {e.Message}", "Rights: k8s/setup/.");
        }
        catch (FailureException e)
        {
            return new Finding(check.Name, FindingState.Failed, e.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Finding(check.Name, FindingState.Failed, $"no answer within {Limit.TotalSeconds} s.", "Check address and network.");
        }
    }
}

using System.Collections.Immutable;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;

namespace Pipeline.Migrations;

/// <summary>Shows what pending revisions mean to the pods that run, and lets breaking ones pass only when a person named each of them.</summary>
/// <param name="context">The run.</param>
internal sealed class BreakingRevisions(StepContext context)
{
    /// <summary>The flag, as a person writes it.</summary>
    public const string Flag = "--allow-breaking";

    /// <summary>Shows each revision with its verdict.</summary>
    public void Show(ImmutableArray<SchemaRevision> pending, ImmutableArray<RevisionVerdict> verdicts)
    {
        foreach (var revision in pending)
            context.Log.Information("Schema: to apply {Revision}, {Doc}", revision.Id, revision.Doc);
        foreach (var verdict in verdicts)
            context.Log.Write(verdict.IsCompatible ? Serilog.Events.LogEventLevel.Information : Serilog.Events.LogEventLevel.Warning, "Schema: {Revision:l} is {Verdict:l}", verdict.Revision, verdict.Breaking is { } why ? $"BREAKING: {why}" : "compatible");
    }

    /// <summary>Lets the migration go on, or refuses; the record keeps who allowed what.</summary>
    /// <param name="before">The revision that the database has; an empty one breaks nobody.</param>
    /// <param name="verdicts">The pending revisions.</param>
    /// <param name="allowed">The revisions that a person named.</param>
    /// <param name="cancellation">Ends the requests.</param>
    /// <exception cref="FailureException">One was not named.</exception>
    public async Task AllowAsync(string? before, ImmutableArray<RevisionVerdict> verdicts, IReadOnlyList<string> allowed, CancellationToken cancellation)
    {
        var breaking = before is null ? [] : verdicts.Where(v => !v.IsCompatible).ToList();
        var refused = breaking.Where(v => !allowed.Contains(v.Revision)).ToList();
        if (refused.Count > 0)
            throw FailureException.Refused(string.Join(Environment.NewLine, [
                $"{(refused.Count == 1 ? "A revision is" : $"{refused.Count} revisions are")} breaking: the pods that run, and those of a release that goes back, may not be able to live with the schema afterwards.",
                .. refused.Select(r => $"  {r}"),
                $"Nothing was changed. Split the change so that older pods can live with each part, or accept an outage with {Flag} {string.Join(' ', breaking.Select(r => r.Revision))}.",
            ]));
        if (breaking.Count > 0)
            await context.Ledger.UpdateAsync(r => r with { Accepted = [.. r.Accepted.Union(breaking.Select(b => $"{Flag} {b.Revision} by {Operator.Describe()}"))] }, cancellation);
    }
}

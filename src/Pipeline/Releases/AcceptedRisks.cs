using Pipeline.Errors;
using Pipeline.Runs;

namespace Pipeline.Releases;

/// <summary>What keeps a release from changing anything unless its preflight passed and its backup was proven; a person may accept the risk.</summary>
public sealed record AcceptedRisks
{
    /// <summary>Goes on without a passed preflight; the record keeps who accepted it.</summary>
    public bool AcceptNoPreflight { get; init; }

    /// <summary>Goes on without a proven backup; the record keeps who accepted it.</summary>
    public bool AcceptNoBackup { get; init; }

    /// <summary>Lets the release go on, or refuses. What the target graph says does not count here: <c>--skip</c> can take any target out of it.</summary>
    /// <exception cref="FailureException">Refused (4).</exception>
    public async Task EnsureAsync(StepContext context, CancellationToken cancellation)
    {
        var release = context.Ledger.Current;
        if (release.Preflight is not { Passed: true })
            await AcceptAsync(context, AcceptNoPreflight, "preflight", "Preflight", "--accept-no-preflight", cancellation);
        if (release.Backup is null && release.WithoutDatabase is null)
            await AcceptAsync(context, AcceptNoBackup, "proven backup", "Backup", "--accept-no-backup", cancellation);
    }

    private static async Task AcceptAsync(StepContext context, bool accepted, string what, string target, string flag, CancellationToken cancellation)
    {
        var release = context.Ledger.Current;
        if (!accepted)
            throw FailureException.Refused($"Release {release.Number} ({release.Version}) has no {what}, so nothing may change. Leave {target} in the plan, or accept the risk with {flag}.");
        context.Log.Warning("Going on without a {What}: {Flag} accepts it, and the record says so", what, flag);
        await context.Ledger.UpdateAsync(r => r with { Accepted = [.. r.Accepted.Union([$"{flag} by {Operator.Describe()}"])] }, cancellation);
    }
}

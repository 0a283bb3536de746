using Pipeline.Errors;
using Pipeline.Previews;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>
/// Preflight's second phase: runs in the engine right before the schema changes, so no flag that leaves out targets leaves it out.
/// Some of it needs what the build made, and the rest may have changed since the first phase.
/// </summary>
public sealed class LastLook
{
    private readonly LastLookOptions options;
    private readonly Func<LastLookOptions, IReadOnlyList<IPreflightCheck>> checks;

    /// <param name="options">What it looks at.</param>
    public LastLook(LastLookOptions options)
        : this(options, PreflightChecks.Last)
    {
    }

    internal LastLook(LastLookOptions options, Func<LastLookOptions, IReadOnlyList<IPreflightCheck>> checks)
    {
        this.options = options;
        this.checks = checks;
    }

    /// <summary>Looks, writes what was found into the record, and refuses when a check failed.</summary>
    /// <param name="context">The step that is about to change something; its release is open.</param>
    /// <param name="accepted">
    /// True when a person accepted to go on without a passed preflight: then what failed is only shown and recorded, but for a plan that is
    /// no longer true.
    /// </param>
    /// <param name="cancellation">Ends the look.</param>
    /// <exception cref="FailureException">Refused (4).</exception>
    public async Task EnsureAsync(StepContext context, bool accepted, CancellationToken cancellation)
    {
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();
        var result = await PreflightRun.LookAsync(checks(options), options.Skipped, context, cancellation);
        await context.Ledger.UpdateAsync(r => r with { LastLook = result }, cancellation);
        if (!result.Passed && (!accepted || result.Findings.Any(f => f is { Check: PreviewCheck.CheckName, State: FindingState.Failed })))
            throw FailureException.Refused($"Preflight, second phase: {result.Failures()}");
    }
}

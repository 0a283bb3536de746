using Pipeline.Errors;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>Looks at everything that a release needs, all at once, before anything changes. Takes no lock and opens no release.</summary>
public sealed class PreflightStep : IStep
{
    private readonly PreflightOptions options;
    private readonly Func<PreflightOptions, IReadOnlyList<IPreflightCheck>> checks;

    /// <param name="options">Everything that a release will use.</param>
    public PreflightStep(PreflightOptions options)
        : this(options, PreflightChecks.Of)
    {
    }

    internal PreflightStep(PreflightOptions options, Func<PreflightOptions, IReadOnlyList<IPreflightCheck>> checks)
    {
        this.options = options;
        this.checks = checks;
    }

    /// <inheritdoc />
    public string Name => "Preflight";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        foreach (var line in GivenSetting.Lines(options.Given))
            context.Log.Information("{Line:l}", line);
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();

        var result = await PreflightRun.LookAsync(checks(options), options.LastLook.Skipped, context, cancellation);
        await context.Ledger.UpdateAsync(r => r with { Preflight = result }, cancellation);
        if (!result.Passed)
            throw FailureException.Refused($"Preflight: {result.Failures()}");
    }
}

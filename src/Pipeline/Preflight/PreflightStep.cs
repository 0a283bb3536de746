using Pipeline.Errors;
using Pipeline.Releases;
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
        var faults = new Faults();
        options.Check(faults);
        faults.ThrowIfAny();

        var findings = await PreflightRun.LookAsync(checks(options), context, cancellation);
        var result = new PreflightResult([.. findings]);
        Show(result, context);
        await context.Ledger.UpdateAsync(r => r with { Preflight = result }, cancellation);
        if (!result.Passed)
            throw FailureException.Refused(Refusal(result));
    }

    private static void Show(PreflightResult result, StepContext context)
    {
        var width = result.Findings.Max(f => f.Check.Length);
        foreach (var finding in result.Findings)
        {
            var level = finding.State switch
            {
                FindingState.Failed => Serilog.Events.LogEventLevel.Error,
                FindingState.Warned => Serilog.Events.LogEventLevel.Warning,
                _ => Serilog.Events.LogEventLevel.Information,
            };
            context.Log.Write(level, "{Check:l} {State,-11:l} {Found:l}", finding.Check.PadRight(width), Words(finding.State), finding.Found);
        }
    }

    private static string Words(FindingState state) => state == FindingState.NotChecked ? "not checked" : state.ToString().ToLowerInvariant();

    private static string Refusal(PreflightResult result)
    {
        var failed = result.Findings.Where(f => f.State == FindingState.Failed).ToList();
        var lines = failed.Select(f => $"  {f.Check}: {f.Found}{(f.Advice is null ? "" : $" {f.Advice}")}");
        return $"Preflight: {failed.Count} of {result.Findings.Length} checks failed. Nothing was changed.{Environment.NewLine}{string.Join(Environment.NewLine, lines)}";
    }
}

using System.Globalization;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>Releases may begin now.</summary>
/// <param name="window">The schedule, as a person wrote it; null for always.</param>
internal sealed class WindowCheck(string? window) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.Window;

    /// <inheritdoc />
    public Task<Finding> LookAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(Look(context.Time.GetUtcNow()));

    private Finding Look(DateTimeOffset now)
    {
        if (Schedule.Parse(window) is not { } schedule)
            return new Finding(Name, FindingState.NotChecked, $"{Flag.Of(nameof(LastLookOptions.MaintenanceWindow))} is not given: releases may begin at any time");
        if (schedule.IsOpen(now))
            return new Finding(Name, FindingState.Passed, $"open: {window}");
        var next = schedule.Next(now).ToString("ddd yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
        return new Finding(Name, FindingState.Failed, $"closed: '{window}' opens next {next}.", $"Wait, or leave the check out: --preflight-skip {Name} --reason WHY.");
    }
}

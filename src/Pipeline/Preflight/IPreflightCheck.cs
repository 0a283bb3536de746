using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>Looks at one thing that a release needs. Changes nothing.</summary>
public interface IPreflightCheck
{
    /// <summary>What it looks at, as the table calls it.</summary>
    string Name { get; }

    /// <summary>The check that must not have failed before this one makes sense; null when there is none.</summary>
    string? Needs => null;

    /// <summary>Looks.</summary>
    /// <exception cref="Errors.FailureException">It is not as a release needs it; the same as a failed finding.</exception>
    Task<Finding> LookAsync(StepContext context, CancellationToken cancellation);
}

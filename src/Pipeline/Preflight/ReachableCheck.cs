using Pipeline.Errors;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>Passes when a server answers.</summary>
/// <param name="name">What it looks at.</param>
/// <param name="ping">Asks the server; says in a few words what it found, or throws a <see cref="FailureException"/>.</param>
public sealed class ReachableCheck(string name, Func<StepContext, CancellationToken, Task<string>> ping) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation) =>
        new(name, FindingState.Passed, await ping(context, cancellation));
}

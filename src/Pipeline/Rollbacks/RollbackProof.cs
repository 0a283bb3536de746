using Pipeline.Errors;
using Pipeline.Runs;
using Pipeline.Verification;

namespace Pipeline.Rollbacks;

/// <summary>Proves from outside what went back, and says what did not.</summary>
internal sealed class RollbackProof(VerificationOptions verification, StepContext context)
{
    /// <summary>Asks the addresses for the older version; of a rollback that lacks something, only whether its API is back.</summary>
    /// <param name="missing">What is not back, a sentence each.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="FailureException">Something is not back, or does not show itself.</exception>
    public async Task RunAsync(IReadOnlyList<string> missing, CancellationToken cancellation)
    {
        if (missing.Count == 0)
        {
            await new VerifyStep(verification).RunAsync(context, cancellation);
            return;
        }

        var sentences = missing.Append(await ApiAsync(cancellation));
        throw new FailureException(string.Join(Environment.NewLine, sentences.Select(s => $"{Environment.NewLine}  - {s}")));
    }

    // Who reads that something is missing wants to know at once whether users are served.
    private async Task<string> ApiAsync(CancellationToken cancellation)
    {
        using var run = new ProbeRun(context.Time, context.Log, context.Gate, context.Incident.Availability);
        var health = Probes.Of(verification, ExpectedRelease.Of(context.Ledger.Current, context.Ledger.History))[0];
        var answer = (await run.AskAsync([health], TimeSpan.FromSeconds(5), cancellation))[0];
        return answer.Passed ? $"the API serves {context.Ledger.Current.Version} again: {answer.Address}" : $"the API does not serve {context.Ledger.Current.Version}: {answer.Address}: {answer.Found}";
    }
}

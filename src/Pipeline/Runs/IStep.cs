namespace Pipeline.Runs;

/// <summary>The work behind one target. A step may run again at any time: it proves what is already done and does only the rest.</summary>
public interface IStep
{
    /// <summary>The target's name, as the record and every message call it.</summary>
    string Name { get; }

    /// <summary>Does the work.</summary>
    /// <exception cref="Errors.UsageException">A setting is missing or malformed; nothing was changed.</exception>
    /// <exception cref="Errors.FailureException">The work could not be done.</exception>
    Task RunAsync(StepContext context, CancellationToken cancellation);
}

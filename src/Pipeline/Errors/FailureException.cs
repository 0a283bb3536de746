namespace Pipeline.Errors;

/// <summary>The work was understood and could not be done. The message is all that a person needs; the stack trace adds nothing.</summary>
public class FailureException : Exception
{
    /// <param name="message">What failed, what was found, and the next command or flag.</param>
    /// <param name="exitCode">One of <see cref="Errors.ExitCode"/>.</param>
    /// <param name="cause">The exception underneath, shown only with <c>--verbosity verbose</c>.</param>
    public FailureException(string message, int exitCode = Errors.ExitCode.Failed, Exception? cause = null)
        : base(message, cause) => ExitCode = exitCode;

    /// <summary>What the run ends with, unless an undo changes it.</summary>
    public int ExitCode { get; }

    /// <summary>A refusal: the rule that forbids it and the flag that accepts the risk stand in <paramref name="message"/>.</summary>
    public static FailureException Refused(string message) => new(message, Errors.ExitCode.Refused);
}

namespace Pipeline.Errors;

/// <summary>What was asked for cannot be understood or is not configured. Nothing was changed; exit code <see cref="ExitCode.Usage"/>.</summary>
/// <param name="faults">Every fault that was found, each one a whole sentence that names its flag or file.</param>
public sealed class UsageException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>One fault.</summary>
    public UsageException(string fault)
        : this([fault])
    {
    }

    /// <summary>Every fault that was found.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

namespace Build.Tests.Running;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="Output">What it wrote for programs to read.</param>
/// <param name="Errors">What it wrote for people beside that.</param>
internal sealed record Outcome(int ExitCode, string Output, string Errors)
{
    public const string Compiling = "Compiling the build ...";

    public bool Compiled => Errors.Contains(Compiling, StringComparison.Ordinal);

    /// <summary>Fails with everything the command said when it did not end as expected.</summary>
    public Outcome Ended(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"It ended with {ExitCode}, not with {exitCode}:\n{Output}\n{Errors}");
        return this;
    }

    /// <summary>Fails when the command compiled without need, or did not though it had to.</summary>
    public Outcome Compiles(bool expected)
    {
        Assert.True(Compiled == expected, $"It {(expected ? "did not compile" : "compiled")}:\n{Output}\n{Errors}");
        return this;
    }

    /// <summary>Fails unless these are the very sentences that went to the error stream.</summary>
    public Outcome Refuses(params string[] sentences)
    {
        Assert.Equal(sentences.Select(s => $"Error: {s}"), Errors.TrimEnd().Split('\n').Select(l => l.TrimEnd('\r')));
        return Ended(2);
    }
}

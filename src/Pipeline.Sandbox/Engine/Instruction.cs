namespace Pipeline.Sandbox.Engine;

/// <summary>One instruction of a Dockerfile.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="Name">As in <c>COPY</c>, in capitals.</param>
/// <param name="Original">The whole instruction in one line, as builds print it.</param>
/// <param name="Flags">As in <c>--from=build</c>.</param>
/// <param name="Arguments">The words of its list; for a command in the shell's form the command alone; for ENV and LABEL names and values in turn.</param>
/// <param name="IsJson">True for the form in brackets.</param>
internal sealed record Instruction(
    int Line, string Name, string Original, IReadOnlyList<string> Flags, IReadOnlyList<string> Arguments, bool IsJson)
{
    /// <summary>The value of a flag, or null.</summary>
    public string? Flag(string name) =>
        Flags.LastOrDefault(f => f.StartsWith($"--{name}=", StringComparison.Ordinal)) is { } flag ? flag[(name.Length + 3)..] : null;
}

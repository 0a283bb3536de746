namespace Pipeline.Sandbox.Faults;

/// <summary>One thing that goes wrong on purpose.</summary>
/// <param name="Name">As in <c>registry-5xx</c>.</param>
/// <param name="Argument">How much, how long or which; null for the fault's own default.</param>
internal sealed record Fault(string Name, string? Argument = null)
{
    /// <summary>Reads <c>NAME</c> or <c>NAME:ARGUMENT</c>.</summary>
    public static Fault Parse(string text) =>
        text.Split(':', 2) is [var name, var argument] ? new Fault(name, argument) : new Fault(text);

    /// <summary><see cref="Argument"/> as a number, such as how many times or how many seconds.</summary>
    /// <param name="otherwise">Used when there is no argument.</param>
    public int Number(int otherwise) => int.TryParse(Argument, out var number) ? number : otherwise;

    /// <inheritdoc />
    public override string ToString() => Argument is null ? Name : $"{Name}:{Argument}";
}

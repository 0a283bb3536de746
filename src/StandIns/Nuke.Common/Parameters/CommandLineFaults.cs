using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nuke.Common.Parameters;

/// <summary>What is wrong with a command line, all of it at once.</summary>
internal static class CommandLineFaults
{
    private static readonly string[] Verbosities = ["quiet", "minimal", "normal", "verbose"];

    /// <param name="arguments">What was typed.</param>
    /// <param name="parsed">What the parser made of it.</param>
    /// <param name="asked">What it took for targets.</param>
    /// <exception cref="UsageFault">Something is wrong.</exception>
    public static void Check(string[] arguments, ParseResult parsed, IReadOnlyList<string> asked)
    {
        // A word that begins with a dash and is no flag ends up among the targets or as another flag's value.
        var known = parsed.CommandResult.Command.Options.Select(o => o.Name).ToList();
        var unknown = arguments.Where(a => a.StartsWith("--", StringComparison.Ordinal)).Concat(asked.Where(t => t.StartsWith('-')))
            .Select(t => t.Split('=')[0]).Except(known).ToList();
        var faults = unknown.Count > 0
            ? unknown.Select(f => $"There is no flag '{f}'.{Suggestion.For(f, known)} ./build.sh --help lists all.")
            : [
                .. parsed.Errors.Select(e => e.Message),
                .. parsed.CommandResult.Children.OfType<OptionResult>().SelectMany(o => Faults(o, arguments)),
                .. Doubtful(arguments, parsed),
            ];
        if (faults.ToList() is { Count: > 0 } found)
            throw new UsageFault(found);
    }

    private static IEnumerable<string> Faults(OptionResult option, string[] arguments)
    {
        var flag = option.Option.Name;
        var values = option.Tokens.Select(t => t.Value).ToList();
        // A value may begin with dashes when it is joined to its flag: --reason=--.
        if (values.Find(v => v.StartsWith("--", StringComparison.Ordinal) && arguments.Contains(v)) is { } swallowed)
            yield return $"{flag} has no value: '{swallowed}' after it is a flag.";
        if (flag is "--profile" or "--root" && values.Exists(string.IsNullOrWhiteSpace))
            yield return $"{flag}: the value is empty. Leave the flag out, or give it a value.";
        if (flag is "--verbosity" && values.Except(Verbosities).FirstOrDefault() is { } verbosity)
            yield return $"--verbosity: '{verbosity}' is not one of {string.Join(", ", Verbosities)}.";
    }

    // The parser makes a target of a value that is neither true nor false.
    private static IEnumerable<string> Doubtful(string[] arguments, ParseResult parsed) =>
        from option in parsed.CommandResult.Command.Options.OfType<Option<bool>>()
        from argument in arguments
        where argument.StartsWith(option.Name + "=", StringComparison.Ordinal) && !bool.TryParse(argument[(option.Name.Length + 1)..], out _)
        select $"{option.Name}: '{argument[(option.Name.Length + 1)..]}' is neither true nor false.";
}

using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nuke.Common.Parameters;

/// <summary>What was typed.</summary>
/// <param name="Targets">The targets asked for.</param>
/// <param name="Skip">The targets to skip; empty skips every one that was not asked for, null skips none.</param>
/// <param name="Profile">The environment's profile.</param>
/// <param name="Verbosity">How much is printed.</param>
/// <param name="IsPlan">Only the plan is wanted.</param>
/// <param name="IsHelp">Only the help is wanted.</param>
/// <param name="Values">Parameters by name.</param>
internal sealed record CommandLine(
    IReadOnlyList<string> Targets, IReadOnlyList<string>? Skip, string? Profile, string Verbosity, bool IsPlan, bool IsHelp, IReadOnlyDictionary<string, string[]> Values)
{
    /// <summary>The flags that every build has.</summary>
    public static readonly IReadOnlyList<(string Flag, string Text)> HostFlags =
    [
        ("--target", "What to run; the word --target may be left out."),
        ("--skip", "Targets to leave out, with what only they need; without names, all that was not asked for."),
        ("--profile", "The environment: .nuke/parameters.<profile>.json. Also PIPELINE_PROFILE."),
        ("--plan", "Prints what would run, in order, and runs nothing."),
        ("--verbosity", "How much is printed: quiet, minimal, normal (default) or verbose."),
        ("--root", "The folder that holds .nuke. Also NUKE_ROOT."),
        ("--no-logo", "Accepted and ignored: there is no logo."),
        ("--help", "Prints this text."),
    ];

    /// <exception cref="UsageFault">A flag is unknown or lacks its value.</exception>
    public static CommandLine Parse(string[] arguments, IReadOnlyList<Parameter> parameters)
    {
        var names = new Argument<string[]>("targets") { Arity = ArgumentArity.ZeroOrMore };
        var target = List("--target", ArgumentArity.OneOrMore);
        var skip = List("--skip", ArgumentArity.ZeroOrMore);
        var profile = new Option<string?>("--profile");
        var verbosity = new Option<string?>("--verbosity");
        var root = new Option<string?>("--root");
        var switches = ((string[])["--plan", "--help", "--no-logo"]).ToDictionary(f => f, f => new Option<bool>(f));
        var options = parameters.ToDictionary(p => p.Name, OptionOf);
        var command = new RootCommand();
        command.Options.Clear();
        command.Arguments.Add(names);
        foreach (var option in ((Option[])[target, skip, profile, verbosity, root]).Concat(switches.Values).Concat(options.Values))
            command.Options.Add(option);
        var parsed = command.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var asked = Words(parsed.GetResult(names)).Concat(Words(parsed.GetResult(target))).ToList();
        CommandLineFaults.Check(arguments, parsed, asked);
        return new CommandLine(
            asked, parsed.GetResult(skip) is not { Implicit: false } ? null : parsed.GetValue(skip) ?? [], parsed.GetValue(profile), parsed.GetValue(verbosity) ?? "normal",
            parsed.GetValue(switches["--plan"]), parsed.GetValue(switches["--help"]), Given(parsed, options));
    }

    private static IEnumerable<string> Words(SymbolResult? result) => result?.Tokens.Select(t => t.Value) ?? [];

    private static Dictionary<string, string[]> Given(ParseResult parsed, Dictionary<string, Option> options)
    {
        var values = new Dictionary<string, string[]>();
        foreach (var (name, option) in options)
            // A switch that was not typed has a result too, an implicit one.
            if (parsed.GetResult(option) is { Implicit: false } found)
                values[name] = found.Tokens.Count == 0 && option is Option<bool> ? ["true"] : [.. found.Tokens.Select(t => t.Value)];
        return values;
    }

    private static Option<string[]> List(string flag, ArgumentArity arity) => new(flag) { Arity = arity, AllowMultipleArgumentsPerToken = true };

    private static Option OptionOf(Parameter parameter) =>
        parameter.IsSwitch ? new Option<bool>(parameter.Flag)
        : parameter.Type == typeof(string[]) ? List(parameter.Flag, ArgumentArity.OneOrMore)
        : new Option<string>(parameter.Flag) { Arity = ArgumentArity.ExactlyOne };
}

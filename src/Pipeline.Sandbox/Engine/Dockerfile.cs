using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Engine;

/// <summary>Reads a Dockerfile as the classic builder does, with its errors.</summary>
internal static partial class Dockerfile
{
    private static readonly Dictionary<string, string[]> KnownFlags = new(StringComparer.Ordinal)
    {
        ["FROM"] = ["platform"],
        ["COPY"] = ["from", "chown", "chmod", "link"],
        ["ADD"] = ["chown", "chmod", "link", "checksum", "keep-git-dir"],
        ["HEALTHCHECK"] = ["interval", "timeout", "start-period", "start-interval", "retries"],
        ["RUN"] = ["mount", "network", "security"],
    };

    private static readonly string[] Known =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL",
        "USER", "VOLUME", "WORKDIR",
    ];

    /// <summary>The instructions of a Dockerfile.</summary>
    /// <exception cref="EngineException">It cannot be understood.</exception>
    public static IReadOnlyList<Instruction> Parse(string text)
    {
        var instructions = Statements(text).Select(s => Read(s.Line, s.Text)).ToList();
        if (instructions.Count == 0)
            throw Bad("failed to parse Dockerfile: file with no instructions");
        if (instructions.Find(i => i.Name != "ARG") is not { Name: "FROM" })
            throw Bad("no build stage in current context");
        return instructions;
    }

    // # escape=`
    [GeneratedRegex(@"\A\s*#\s*escape\s*=\s*(?<escape>\S)\s*$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Escape();

    // --from=build
    [GeneratedRegex(@"\A--[a-z]\S*\s*")]
    private static partial Regex Flag();

    // COPY <<EOF /etc/motd
    [GeneratedRegex(@"(^|\s)<<-?['""]?[A-Za-z_]\w*['""]?(\s|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Heredoc();

    /// <summary>Lines that are continued become one; comments and empty lines go, also between continued ones.</summary>
    private static IEnumerable<(int Line, string Text)> Statements(string text)
    {
        var escape = Escape().Match(text) is { Success: true } match ? match.Groups["escape"].Value : "\\";
        var (statement, first) = ("", 0);
        foreach (var (index, line) in text.TrimStart('\uFEFF').Split('\n').Index())
        {
            var content = line.TrimEnd();
            if (content.Length == 0 || content.TrimStart().StartsWith('#'))
                continue;
            first = statement.Length == 0 ? index + 1 : first;
            if (content.EndsWith(escape, StringComparison.Ordinal))
            {
                statement += content[..^1];
                continue;
            }

            yield return (first, (statement + content).Trim());
            statement = "";
        }

        if (statement.Trim().Length > 0)
            yield return (first, statement.Trim());
    }

    private static Instruction Read(int line, string text)
    {
        var parts = text.Split((char[])[' ', '\t'], 2);
        var (name, rest) = (parts[0].ToUpperInvariant(), parts.Length > 1 ? parts[1].Trim() : "");
        if (!Known.Contains(name))
            throw At(line, $"unknown instruction: {name}");
        if (name is "RUN" or "COPY" or "ADD" && Heredoc().IsMatch(rest))
            throw At(line, $"{name} with a here-document ('<<') requires BuildKit, which this engine does not have");
        var flags = Flags(line, name, ref rest);
        var list = name is "ENV" or "LABEL" or "FROM" or "ARG" or "EXPOSE" ? null : List(rest);
        var arguments = list ?? Words(name, rest);
        Check(line, name, arguments, list is not null);
        return new Instruction(line, name, text, flags, arguments, list is not null);
    }

    private static List<string> Flags(int line, string name, ref string rest)
    {
        var flags = new List<string>();
        while (KnownFlags.TryGetValue(name, out var known) && Flag().Match(rest) is { Success: true } match)
        {
            var flag = match.Value.Trim();
            var word = flag[2..].Split('=')[0];
            if (!known.Contains(word))
                throw At(line, $"Unknown flag: {word}");
            if (word is "chmod" or "link" or "checksum" or "keep-git-dir" or "mount" or "network" or "security")
                throw Bad($"the --{word} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ "
                    + "to learn how to build images with BuildKit enabled");
            flags.Add(flag);
            rest = rest[match.Length..];
        }

        return flags;
    }

    // ["python3", "-m", "app"]; whatever is no such list is a command for the shell
    private static List<string>? List(string text)
    {
        if (!text.StartsWith('['))
            return null;
        try
        {
            return JsonSerializer.Deserialize<List<string>>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<string> Words(string name, string rest) => name switch
    {
        "RUN" or "CMD" or "ENTRYPOINT" or "HEALTHCHECK" or "ONBUILD" or "MAINTAINER" or "USER" or "WORKDIR" or "STOPSIGNAL" or "SHELL" =>
            rest.Length == 0 ? [] : [rest],
        "ENV" or "LABEL" => Pairs(name, rest),
        "ARG" => [.. ShellWords.Split(rest)],
        _ => [.. rest.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)],
    };

    // A=1 B="two words"   or the old form with one name: A all the rest
    private static List<string> Pairs(string name, string rest)
    {
        var words = ShellWords.Split(rest).ToList();
        if (words.Count == 0)
            return [];
        if (!words[0].Contains('=', StringComparison.Ordinal))
            return rest.Split((char[])[' ', '\t'], 2) is [var key, var value]
                ? [key, value.Trim()]
                : throw Bad($"failed to parse Dockerfile: {name} must have two arguments");
        if (words.Find(w => !w.Contains('=', StringComparison.Ordinal)) is { } bad)
            throw Bad($"failed to parse Dockerfile: Syntax error - can't find = in \"{bad}\". Must be of the form: name=value");
        return [.. words.SelectMany(w => w.Split('=', 2))];
    }

    private static void Check(int line, string name, List<string> arguments, bool isJson)
    {
        var wrong = (name, arguments.Count) switch
        {
            ("FROM", 1) => null,
            ("FROM", 3) when arguments[1].Equals("AS", StringComparison.OrdinalIgnoreCase) => null,
            ("FROM", _) => "FROM requires either one or three arguments",
            ("COPY" or "ADD", 0) => $"{name} requires at least two arguments",
            ("COPY" or "ADD", 1) => $"{name} requires at least two arguments, but only one was provided. Destination could not be determined",
            ("USER" or "WORKDIR" or "STOPSIGNAL" or "MAINTAINER", 0) => $"{name} requires exactly one argument",
            ("ENV" or "LABEL" or "EXPOSE" or "VOLUME" or "ARG" or "RUN" or "HEALTHCHECK" or "ONBUILD", 0) => $"{name} requires at least one argument",
            ("SHELL", _) when !isJson => "SHELL requires the arguments to be in JSON form",
            ("HEALTHCHECK", _) when arguments[0].Split(' ')[0].ToUpperInvariant() is var type and not ("CMD" or "NONE") =>
                $"Unknown type \"{type}\" in HEALTHCHECK (try CMD)",
            _ => null,
        };
        if (wrong is not null)
            throw At(line, wrong);
    }

    private static EngineException At(int line, string what) => Bad($"dockerfile parse error line {line}: {what}");

    private static EngineException Bad(string message) => new(400, message);
}

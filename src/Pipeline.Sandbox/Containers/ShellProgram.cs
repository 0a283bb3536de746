using System.Globalization;

namespace Pipeline.Sandbox.Containers;

/// <summary>
/// The few commands of a shell that test containers, hooks and Jobs are written with: <c>sleep</c>, <c>echo</c>, <c>exit</c>, <c>true</c>,
/// <c>false</c>, <c>touch</c>, <c>set -e</c> and <c>alembic</c>, one after the other.
/// </summary>
/// <remarks>Reads <c>touch /tmp/draining; sleep 15</c>, <c>echo ready &amp;&amp; exit 3</c>, <c>alembic "$0" "$1" --sql 2&gt;/dev/null</c>.</remarks>
internal sealed class ShellProgram(string script) : IContainerProgram
{
    private const int NotFound = 127;

    /// <inheritdoc />
    public async Task<int> RunAsync(ContainerContext context, CancellationToken killed)
    {
        var (last, endsOnError) = (0, false);
        foreach (var (command, isConditional) in Commands(script))
        {
            if (isConditional && last != 0)
                continue;
            if (command is ["exit", ..])
                return command.Length > 1 && int.TryParse(command[1], out var code) ? code : last;
            if (await RunOneAsync(command, context, killed) is not { } result)
                return 143;
            last = result;
            endsOnError = command is ["set", "-e"] || (endsOnError && command is not ["set", "+e"]);
            if (endsOnError && last != 0)
                return last;
        }

        return last;
    }

    /// <summary>How long a <c>sleep</c> lasts: <c>15</c>, <c>0.5</c>, <c>10s</c>, <c>2m</c>, or <c>infinity</c>; null when it is no time.</summary>
    public static double? Seconds(string text)
    {
        if (text is "infinity" or "inf")
            return TimeSpan.FromDays(24).TotalSeconds;
        var unit = text.Length > 0 ? text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 } : 0;
        var number = unit == 0 ? text : text[..^1];
        return double.TryParse(number, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value * Math.Max(unit, 1) : null;
    }

    /// <summary>How long a hook's command sleeps, all together: what a preStop hook is waited for.</summary>
    public static TimeSpan SleepOf(IReadOnlyList<string> command)
    {
        var text = command is [_, "-c", var inner, ..] ? inner : string.Join(' ', command);
        return TimeSpan.FromSeconds(Commands(text).Where(c => c.Words is ["sleep", _]).Sum(c => Seconds(c.Words[1]) ?? 0));
    }

    private static async Task<int?> RunOneAsync(string[] command, ContainerContext context, CancellationToken killed)
    {
        switch (command)
        {
            case ["sleep", var time] when Seconds(time) is { } seconds:
                return await context.WaitAsync(TimeSpan.FromSeconds(seconds), killed) ? null : 0;
            case ["echo" or "printf", .. var words]:
                context.Log(string.Join(' ', words.Select(w => Expand(w, context))));
                return 0;
            case ["true" or ":" or "touch" or "mkdir" or "set" or "cd", ..]:
                return 0;
            case ["false"]:
                return 1;
            case ["alembic", .. var words]:
                return await AlembicAsync(words, context, killed);
            default:
                context.Log($"sh: 1: {command[0]}: not found");
                return NotFound;
        }
    }

    private static async Task<int> AlembicAsync(string[] words, ContainerContext context, CancellationToken killed)
    {
        ContainerContext inner = new()
        {
            Command = ["alembic", .. words.Where(w => !w.StartsWith("2>", StringComparison.Ordinal)).Select(w => Expand(w, context))],
            Environment = context.Environment,
            Files = context.Files,
            Log = context.Log,
            Errors = words.Contains("2>/dev/null") ? _ => { }
            : context.Log,
            Listening = context.Listening,
            Time = context.Time,
            Terminating = context.Terminating,
        };
        return await ContainerPrograms.Choose(inner).RunAsync(inner, killed);
    }

    // $NAME, ${NAME}, or $1 of 'sh -c script zero one'
    private static string Expand(string word, ContainerContext context)
    {
        if (!word.StartsWith('$'))
            return word;
        var name = word.Trim('$', '{', '}');
        return int.TryParse(name, out var argument) ? context.Command.ElementAtOrDefault(argument + 3) ?? "" : context.Environment.GetValueOrDefault(name, "");
    }

    private static IEnumerable<(string[] Words, bool IsConditional)> Commands(string text)
    {
        foreach (var sequence in text.Split([';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var isConditional = false;
            foreach (var command in sequence.Split("&&", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Trim('"', '\'')).ToArray();
                yield return (words is ["exec", .. var rest] ? rest : words, isConditional);
                isConditional = true;
            }
        }
    }
}

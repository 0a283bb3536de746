using System.Globalization;

namespace Pipeline.Sandbox.Containers;

/// <summary>
/// The few commands of a shell that test containers and hooks are written with: <c>sleep</c>, <c>echo</c>, <c>exit</c>, <c>true</c>, <c>false</c>,
/// <c>touch</c>, one after the other.
/// </summary>
/// <remarks>Reads <c>touch /tmp/draining; sleep 15</c>, <c>echo ready &amp;&amp; exit 3</c>.</remarks>
internal sealed class ShellProgram(string script) : IContainerProgram
{
    private const int NotFound = 127;

    /// <inheritdoc />
    public async Task<int> RunAsync(ContainerContext context, CancellationToken killed)
    {
        var last = 0;
        foreach (var (command, isConditional) in Commands(script))
        {
            if (isConditional && last != 0)
                continue;
            if (command is ["exit", ..])
                return command.Length > 1 && int.TryParse(command[1], out var code) ? code : last;
            if (await RunOneAsync(command, context, killed) is not { } result)
                return 143;
            last = result;
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
            default:
                context.Log($"sh: 1: {command[0]}: not found");
                return NotFound;
        }
    }

    private static string Expand(string word, ContainerContext context) =>
        word.StartsWith('$') ? context.Environment.GetValueOrDefault(word.Trim('$', '{', '}'), "") : word;

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

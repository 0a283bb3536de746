using System.Text.RegularExpressions;
using Nuke.Common.Execution;
using Serilog.Events;

namespace Nuke.Common.Output;

/// <summary>How a CI host marks groups and problems.</summary>
internal sealed record GroupMarks(Func<string, string> Open, string Close, Func<LogEventLevel, string, string> Problem)
{
    public static readonly GroupMarks GitHub = new(
        name => $"::group::{name}", "::endgroup::",
        (level, text) => $"::{(level >= LogEventLevel.Error ? "error" : "warning")}::{text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal)}");

    public static readonly GroupMarks Azure = new(
        name => $"##[group]{name}", "##[endgroup]",
        (level, text) => $"##vso[task.logissue type={(level >= LogEventLevel.Error ? "error" : "warning")}]{text.ReplaceLineEndings(" ")}");
}

/// <summary>A CI host's log: one group for each target, whole. The oldest running target is written at once, the others when their turn comes.</summary>
internal sealed partial class GroupWriter(GroupMarks marks) : ILineWriter
{
    private readonly Lock gate = new();
    private readonly List<(string Target, List<string> Lines)> waiting = [];
    private readonly HashSet<string> ended = [];
    private readonly Dictionary<string, string> shown = [];

    public void Begin(string target)
    {
        lock (gate)
        {
            waiting.Add((target, []));
            if (waiting.Count == 1)
                Console.Out.WriteLine(marks.Open(target));
        }
    }

    public void Write(string target, LogEventLevel level, string text)
    {
        lock (gate)
        {
            Put(target, Commands().Replace(text, "$0 "));
            if (level >= LogEventLevel.Warning)
                Put(target, marks.Problem(level, $"{target}: {text}"));
        }
    }

    public void Show(string target, Progress progress)
    {
        lock (gate)
        {
            // A CI log keeps every line: only the end of long work is worth one.
            if (!progress.IsDone || (shown.TryGetValue(progress.Id, out var last) && last == progress.ToString()))
                return;
            shown[progress.Id] = progress.ToString();
            Put(target, progress.ToString());
        }
    }

    // Each of its changes that matters is a line of its own.
    public void Show(LiveTable table)
    {
    }

    public void End(string target)
    {
        lock (gate)
        {
            ended.Add(target);
            while (waiting is [var first, ..] && ended.Contains(first.Target))
            {
                Console.Out.WriteLine(marks.Close);
                waiting.RemoveAt(0);
                if (waiting is [var next, ..])
                {
                    Console.Out.WriteLine(marks.Open(next.Target));
                    next.Lines.ForEach(Console.Out.WriteLine);
                }
            }
        }
    }

    public void Summarize(IReadOnlyList<TargetOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
            Console.Out.WriteLine($"{outcome.Target}: {outcome.State}, {outcome.Took.TotalSeconds:0.0} s{(outcome.Summary.Length > 0 ? $" ({outcome.Summary})" : "")}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // What a tool or a pod prints must not command the host, as '::add-mask::…' or '##vso[task.setvariable …]' would.
    [GeneratedRegex(@"(?<=^\s*):(?=:)|#(?=#(vso)?\[)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Commands();

    private void Put(string target, string text)
    {
        if (waiting.Count == 0 || waiting[0].Target == target)
            Console.Out.WriteLine(text);
        else if (waiting.Find(w => w.Target == target).Lines is { } lines)
            lines.Add(text);
        else
            Console.Out.WriteLine(text);
    }
}

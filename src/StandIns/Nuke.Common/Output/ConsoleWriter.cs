using System.Diagnostics;
using Nuke.Common.Execution;
using Serilog.Events;
using Spectre.Console;

namespace Nuke.Common.Output;

/// <summary>A terminal or a pipe: the target stands before each line; bars are drawn on a terminal only.</summary>
internal sealed class ConsoleWriter : ILineWriter
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);
    private readonly Lock gate = new();
    private readonly bool hasPrefix;
    private readonly IAnsiConsole console;
    private readonly LiveBars? bars;
    private readonly Dictionary<string, (long At, string Line)> shown = [];

    public ConsoleWriter(bool hasPrefix)
    {
        this.hasPrefix = hasPrefix;
        var isPlain = IsPlain(Console.IsOutputRedirected);
        console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect, ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect });
        if (!isPlain && console.Profile.Capabilities.Ansi)
            bars = new LiveBars(console, TimeProvider.System);
    }

    /// <summary>True where neither colours nor bars may be drawn.</summary>
    public static bool IsPlain(bool isRedirected) =>
        isRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") == "dumb";

    public void Begin(string target)
    {
    }

    public void Write(string target, LogEventLevel level, string text)
    {
        lock (gate)
            foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
                WriteLine(target, level, line);
    }

    public void Show(string target, Progress progress)
    {
        if (bars is not null)
            bars.Show(progress);
        else
            lock (gate)
                ShowLine(target, progress);
    }

    public void Show(LiveTable table) => bars?.Show(table);

    public void End(string target)
    {
    }

    public void Summarize(IReadOnlyList<TargetOutcome> outcomes)
    {
        lock (gate)
        {
            var width = outcomes.Max(o => o.Target.Length);
            foreach (var outcome in outcomes)
                WriteLine("", LogEventLevel.Information, $"{outcome.Target.PadRight(width)}  {outcome.State,-9}  {outcome.Took.TotalSeconds,6:0.0} s  {outcome.Summary}".TrimEnd());
        }
    }

    public ValueTask DisposeAsync() => bars?.DisposeAsync() ?? ValueTask.CompletedTask;

    // In a pipe a line at most every ten seconds, and one at the end; none when it was complete at first sight.
    private void ShowLine(string target, Progress progress)
    {
        var known = shown.TryGetValue(progress.Id, out var last);
        if (!known && progress.IsDone)
            return;
        var line = progress.ToString();
        if (known && (line == last.Line || (!progress.IsDone && Stopwatch.GetElapsedTime(last.At) < LineEvery)))
            return;
        shown[progress.Id] = (Stopwatch.GetTimestamp(), line);
        WriteLine(target, LogEventLevel.Information, line);
    }

    private void WriteLine(string target, LogEventLevel level, string line)
    {
        var (mark, style) = level switch
        {
            >= LogEventLevel.Error => ("ERROR ", new Style(Color.Red)),
            LogEventLevel.Warning => ("WARN  ", new Style(Color.Yellow)),
            <= LogEventLevel.Debug => ("", new Style(Color.Grey)),
            _ => ("", Style.Plain),
        };
        var prefix = hasPrefix && target.Length > 0 ? $"{target,-13} │ " : "";
        if (bars is null)
            Console.Out.WriteLine(prefix + mark + line);
        else
            console.Write(new LogLine(prefix, mark + line, style));
    }
}

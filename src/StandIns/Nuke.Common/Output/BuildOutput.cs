using Nuke.Common.Execution;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Nuke.Common.Output;

/// <summary>Where a run's lines go: each knows its target, so that targets that run side by side stay readable.</summary>
internal sealed class BuildOutput : ILogEventSink, IAsyncDisposable
{
    private static readonly MessageTemplateTextFormatter Plain = new("{Message:lj}");
    private readonly AsyncLocal<string?> target = new();
    private readonly ILineWriter lines;
    private readonly SecretMask mask;
    private readonly bool isVerbose;

    public BuildOutput(SecretMask mask, string verbosity, bool hasSeveralTargets)
    {
        this.mask = mask;
        isVerbose = verbosity == "verbose";
        lines = Environment.GetEnvironmentVariable("GITHUB_ACTIONS") is { Length: > 0 } ? new GroupWriter(GroupMarks.GitHub)
            : Environment.GetEnvironmentVariable("TF_BUILD") is { Length: > 0 } ? new GroupWriter(GroupMarks.Azure)
            : new ConsoleWriter(hasSeveralTargets);
        // Progress arrives at the debug level; the writer decides what becomes of it.
        Log.Logger = new LoggerConfiguration().MinimumLevel.Is(isVerbose ? LogEventLevel.Verbose : LogEventLevel.Debug).WriteTo.Sink(this).CreateLogger();
        Least = verbosity switch { "quiet" => LogEventLevel.Error, "minimal" => LogEventLevel.Warning, "verbose" => LogEventLevel.Verbose, _ => LogEventLevel.Information };
    }

    private LogEventLevel Least { get; }

    /// <summary>From here on, lines of this flow belong to a target.</summary>
    public IDisposable Begin(string name)
    {
        target.Value = name;
        lines.Begin(name);
        return new Scope(() => lines.End(name));
    }

    /// <summary>Says once why a target failed.</summary>
    public void Failure(string name, Exception error)
    {
        var text = isVerbose ? error.ToString() : error.Message;
        lines.Write(name, LogEventLevel.Error, Clean(text));
    }

    /// <summary>One line for each target.</summary>
    public void Summarize(IReadOnlyList<TargetOutcome> outcomes)
    {
        if (Least <= LogEventLevel.Information && (outcomes.Count > 1 || outcomes.Any(o => o.Summary.Length > 0)))
            lines.Summarize([.. outcomes.Select(o => o with { Summary = Clean(o.Summary) })]);
    }

    public void Emit(LogEvent logEvent)
    {
        if (LiveTable.Of(logEvent) is { } table)
            lines.Show(table with { Rows = [.. table.Rows.Select(r => r.Select(Clean).ToArray())] });
        else if (Progress.Of(logEvent) is { } progress)
            lines.Show(target.Value ?? "", progress with { Text = Clean(progress.Text) });
        else if (logEvent.Level >= Least)
            lines.Write(target.Value ?? "", logEvent.Level, Clean(Text(logEvent) + (isVerbose && logEvent.Exception is { } e ? Environment.NewLine + e : "")));
    }

    // A colour in its middle would hide a secret from the mask.
    private string Clean(string text) => mask.Apply(PlainText.Of(text));

    // Values as people write them, without quotes around texts.
    private static string Text(LogEvent logEvent)
    {
        using var text = new StringWriter();
        Plain.Format(logEvent, text);
        return text.ToString();
    }

    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private sealed class Scope(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

using Serilog.Events;

namespace Nuke.Common.Output;

/// <summary>How far long work came.</summary>
internal sealed record Progress(string Id, string Text, double Done, double? Total, string Unit)
{
    private const double Mega = 1_000_000;

    /// <summary>True when there is nothing left to do.</summary>
    public bool IsDone => Done >= Total;

    /// <summary>What a log event says of progress; null when it says something else.</summary>
    public static Progress? Of(LogEvent logEvent)
    {
        if (Label(logEvent, "ProgressId") is not { } id)
            return null;
        return new Progress(id, Label(logEvent, "ProgressText") ?? id, Number(logEvent, "ProgressDone") ?? 0, Number(logEvent, "ProgressTotal"), Label(logEvent, "ProgressUnit") ?? "");
    }

    public override string ToString() => Unit == "bytes"
        ? $"{Text}: {Done / Mega:0.0}{(Total is { } all ? $" of {all / Mega:0.0}" : "")} MB"
        : $"{Text}: {Done:0}{(Total is { } whole ? $" of {whole:0}" : "")} {Unit}";

    private static string? Label(LogEvent logEvent, string name) => logEvent.Properties.GetValueOrDefault(name) is ScalarValue { Value: string text } ? text : null;

    private static double? Number(LogEvent logEvent, string name) =>
        logEvent.Properties.GetValueOrDefault(name) is ScalarValue { Value: IConvertible number and not string } ? number.ToDouble(null) : null;
}

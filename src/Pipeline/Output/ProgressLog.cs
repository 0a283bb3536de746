using Serilog;

namespace Pipeline.Output;

/// <summary>Progress as log events, so that a terminal draws a bar and every other host prints a line or nothing.</summary>
public static class ProgressLog
{
    /// <summary>Says how far long work came. Drawn live on a terminal; not printed elsewhere.</summary>
    /// <param name="log">The step's log.</param>
    /// <param name="id">The same for all events of one piece of work.</param>
    /// <param name="text">What is being done, as in "Uploading the dump".</param>
    /// <param name="done">How much is done, in <paramref name="unit"/>.</param>
    /// <param name="total">How much there is in all; null when that is not known.</param>
    /// <param name="unit"><c>bytes</c>, or a plural noun.</param>
    public static void Progress(this ILogger log, string id, string text, long done, long? total, string unit) =>
        log.ForContext("ProgressId", id).ForContext("ProgressText", text).ForContext("ProgressUnit", unit)
            .ForContext("ProgressDone", done).ForContext("ProgressTotal", total)
            .Debug("{What}: {Done} of {Total} {Unit}", text, done, total, unit);

    /// <summary>Shows a table below the progress of the same piece of work. Drawn live on a terminal; nothing elsewhere.</summary>
    /// <param name="log">The step's log.</param>
    /// <param name="id">The same as that of the progress.</param>
    /// <param name="rows">The heads of the columns, then a row each; none takes the table away. A cell of <c>@</c> and a moment is shown as the time since.</param>
    public static void ProgressTable(this ILogger log, string id, IEnumerable<IReadOnlyList<string>> rows) =>
        log.ForContext("ProgressTableOf", id).ForContext("ProgressRows", rows.Select(r => string.Join('\t', r)).ToArray()).Debug("{What}: table", id);
}

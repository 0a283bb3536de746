using Pipeline.Runs;

namespace Pipeline.Releases;

/// <summary>Shows who released what, when, and how it ended.</summary>
/// <param name="options">How it is shown.</param>
public sealed class HistoryStep(HistoryOptions? options = null) : IStep
{
    /// <inheritdoc />
    public string Name => "History";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var history = await context.HistoryAsync(cancellation);
        if (options?.HistoryJson is { } output)
            await HistoryDocument.WriteAsync(history, output, cancellation);
        else if (history.Latest is null)
            context.Log.Information("No release yet");
        else
            foreach (var line in HistoryTable.Lines(history))
                context.Log.Information("{Line:l}", line);
    }
}

using System.Globalization;

namespace Pipeline.Releases;

/// <summary>Shows who released what, when, and how it ended.</summary>
public sealed class HistoryStep : IStep
{
    /// <inheritdoc />
    public string Name => "History";

    /// <inheritdoc />
    public async Task RunAsync(StepContext context, CancellationToken cancellation)
    {
        var history = await new RecordStore(await context.ClusterAsync(cancellation)).ReadAsync(cancellation);
        if (history.Latest is null)
            context.Log.Information("No release yet");
        foreach (var release in history.Releases)
            context.Log.Information("{Line:l}", Line(release, history));
    }

    private static string Line(Release release, ReleaseHistory history)
    {
        var what = release.Rollback is { } back ? $"rollback {back.From} → {back.To}" : release.Version;
        var mark = release == history.Live ? " ◄ live" : "";
        var why = release.Reason is { } reason ? $", \"{reason}\"" : "";
        var when = release.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return $"{release.Number,4}  {when}  {what,-20}  {release.Outcome,-10}  {release.StartedBy}{why}{mark}";
    }
}

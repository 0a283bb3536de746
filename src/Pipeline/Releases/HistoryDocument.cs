using System.Text.Json;

namespace Pipeline.Releases;

/// <summary>The history as programs read it.</summary>
/// <param name="Live">The number of the release that serves; null when none does.</param>
/// <param name="PreviousGood">Where a rollback without a number goes; null when there is no way back.</param>
/// <param name="Releases">Every kept record, newest first.</param>
internal sealed record HistoryDocument(int? Live, int? PreviousGood, IReadOnlyList<Release> Releases)
{
    /// <summary>Writes it, and a line's end.</summary>
    public static async Task WriteAsync(ReleaseHistory history, Stream output, CancellationToken cancellation)
    {
        var document = new HistoryDocument(history.Live?.Number, history.PreviousGood?.Number, history.Releases);
        await JsonSerializer.SerializeAsync(output, document, ReleaseJson.Default.HistoryDocument, cancellation);
        await output.WriteAsync("\n"u8.ToArray(), cancellation);
        await output.FlushAsync(cancellation);
    }
}

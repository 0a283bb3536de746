namespace Pipeline.Incidents;

/// <summary>Writes a report in both forms; a reader never finds half of one.</summary>
internal static class IncidentFiles
{
    /// <returns>The path of the page for people; the Markdown stands beside it.</returns>
    public static async Task<string> WriteAsync(string folder, IncidentReport report)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"incident-{report.Number}");
        await WriteAsync($"{path}.md", IncidentMarkdown.Of(report));
        await WriteAsync($"{path}.html", IncidentHtml.Of(report));
        return $"{path}.html";
    }

    private static async Task WriteAsync(string path, string text)
    {
        await File.WriteAllTextAsync($"{path}.part", text);
        File.Move($"{path}.part", path, overwrite: true);
    }
}

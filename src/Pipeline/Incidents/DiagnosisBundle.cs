using System.IO.Compression;
using System.Text;

namespace Pipeline.Incidents;

/// <summary>Writes the summary and the bundle; a reader never finds half of one.</summary>
internal static class DiagnosisBundle
{
    private const string Summary = "summary.md";

    /// <returns>The bundle's path; the summary stands beside it with the ending <c>.md</c>.</returns>
    public static async Task<string> WriteAsync(string folder, string name, string summary, IEnumerable<KeyValuePair<string, string>> files)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync($"{path}.md.part", summary);
        await using (var stream = File.Create($"{path}.zip.part"))
        await using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            await AddAsync(zip, Summary, summary);
            foreach (var (file, text) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
                await AddAsync(zip, file, text);
        }

        File.Move($"{path}.md.part", $"{path}.md", overwrite: true);
        File.Move($"{path}.zip.part", $"{path}.zip", overwrite: true);
        return $"{path}.zip";
    }

    private static async Task AddAsync(ZipArchive zip, string name, string text)
    {
        await using var content = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync();
        await content.WriteAsync(Encoding.UTF8.GetBytes(text));
    }
}

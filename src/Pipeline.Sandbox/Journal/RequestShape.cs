using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Journal;

/// <summary>
/// A path without numbers, digests, versions and times: two runs of the same program send requests of the same shapes.
/// <c>/backups/sandbox/20261128T195346Z-1.1.0-c7a41e88d356.dump?x-id=PutObject</c> becomes <c>/backups/sandbox/#-#.#.#-#.dump?x-id</c>.
/// </summary>
internal static partial class RequestShape
{
    public static string Of(string path, string query)
    {
        var names = query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')[0]).Order(StringComparer.Ordinal);
        var shape = Varying().Replace(path, "#");
        return string.Join('&', names) is { Length: > 0 } parameters ? $"{shape}?{parameters}" : shape;
    }

    // A hash before a file's extension, which need not hold a digit; a word with a digit, unless it is a version of the cluster's API.
    [GeneratedRegex(@"(?<=-)[\w-]{8}(?=\.\w+$)|(?<![\w])(?!v\d((alpha|beta)\d)?\b)\w*\d\w*")]
    private static partial Regex Varying();
}

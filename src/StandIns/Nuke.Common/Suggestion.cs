namespace Nuke.Common;

/// <summary>Guesses what a person meant.</summary>
internal static class Suggestion
{
    private const int Most = 3;

    /// <summary><c> Did you mean 'x'?</c>, or nothing when no candidate is near.</summary>
    public static string For(string typed, IEnumerable<string> candidates)
    {
        var all = candidates.ToList();
        var nearest = all.Select(c => (Candidate: c, Distance: Distance(typed.ToUpperInvariant(), c.ToUpperInvariant()))).OrderBy(c => c.Distance).FirstOrDefault();
        string[] meant = nearest.Candidate is { } found && nearest.Distance <= Math.Max(2, typed.Length / 3) ? [found] : [.. all.Where(c => Words(typed).All(Words(c).Contains)).Take(Most)];
        return meant.Length > 0 ? $" Did you mean {string.Join(" or ", meant.Select(m => $"'{m}'"))}?" : "";
    }

    // --release is short for --incident-release and for --release-version.
    private static string[] Words(string flag) => flag.ToUpperInvariant().Split('-', StringSplitOptions.RemoveEmptyEntries);

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}

namespace Nuke.Common;

/// <summary>Guesses what a person meant.</summary>
internal static class Suggestion
{
    /// <summary><c> Did you mean 'x'?</c>, or nothing when no candidate is near.</summary>
    public static string For(string typed, IEnumerable<string> candidates)
    {
        var nearest = candidates.Select(c => (Candidate: c, Distance: Distance(typed.ToUpperInvariant(), c.ToUpperInvariant()))).OrderBy(c => c.Distance).FirstOrDefault();
        return nearest.Candidate is { } found && nearest.Distance <= Math.Max(2, typed.Length / 3) ? $" Did you mean '{found}'?" : "";
    }

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

namespace Pipeline.Preflight;

/// <summary>Lays out findings for a terminal of 80 columns, beside the target's name.</summary>
internal static class FindingTable
{
    private const int Width = 64;

    /// <summary>One row for each finding; what was found and what to do run on below themselves.</summary>
    public static IEnumerable<string> Lines(IReadOnlyCollection<Finding> findings)
    {
        var names = findings.Max(f => f.Check.Length);
        foreach (var finding in findings)
        {
            var head = $"{finding.Check.PadRight(names)}  {Word(finding.State),-11}  ";
            foreach (var line in Wrap(finding.Found, Width - head.Length).Concat(finding.Advice is null ? [] : Wrap($"→ {finding.Advice}", Width - head.Length)))
            {
                yield return head + line;
                head = new string(' ', head.Length);
            }
        }
    }

    // Without colours, as in a log file, the two that matter must still catch the eye.
    private static string Word(FindingState state) => state switch
    {
        FindingState.Passed => "passed",
        FindingState.Warned => "WARNED",
        FindingState.Failed => "FAILED",
        _ => "not checked",
    };

    /// <summary>The text in lines of at most so many characters.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var left = text.ReplaceLineEndings(" ");
        while (left.Length > width)
        {
            var space = left.LastIndexOf(' ', width);
            var end = space > 0 ? space : width;
            yield return left[..end];
            left = left[end..].TrimStart();
        }

        yield return left;
    }
}

namespace Build.Tests.CommandLine;

/// <summary>What differs between two texts, line by line.</summary>
internal static class TextDiff
{
    public static string Of(string expected, string actual) => string.Join('\n', Lines(expected.Split('\n'), actual.Split('\n')));

    private static IEnumerable<string> Lines(string[] expected, string[] actual)
    {
        var common = Common(expected, actual);
        var (e, a) = (0, 0);
        while (e < expected.Length || a < actual.Length)
        {
            if (e < expected.Length && a < actual.Length && expected[e] == actual[a])
                (e, a) = (e + 1, a + 1);
            else if (a == actual.Length || (e < expected.Length && common[e + 1][a] >= common[e][a + 1]))
                yield return "- " + expected[e++];
            else
                yield return "+ " + actual[a++];
        }
    }

    private static int[][] Common(string[] expected, string[] actual)
    {
        var common = Enumerable.Range(0, expected.Length + 1).Select(_ => new int[actual.Length + 1]).ToArray();
        for (var e = expected.Length - 1; e >= 0; e--)
            for (var a = actual.Length - 1; a >= 0; a--)
                common[e][a] = expected[e] == actual[a] ? common[e + 1][a + 1] + 1 : Math.Max(common[e + 1][a], common[e][a + 1]);
        return common;
    }
}

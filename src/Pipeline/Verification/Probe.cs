namespace Pipeline.Verification;

/// <summary>One address and what it must answer once the release is there.</summary>
/// <param name="Name">What is asked, as in <c>health</c>.</param>
/// <param name="Address">The whole address.</param>
/// <param name="InARow">How many right answers in a row it takes.</param>
/// <param name="Fault">What is wrong with an answer; null when nothing is.</param>
internal sealed record Probe(string Name, Uri Address, int InARow, Func<Answer, string?> Fault);

/// <summary>What came back.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The whole body.</param>
internal sealed record Answer(int Status, string Body)
{
    private const int Shown = 200;

    /// <summary>The body's beginning on one line.</summary>
    public string Beginning
    {
        get
        {
            var words = Body[..Math.Min(Body.Length, Shown)].Split((char[])['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries);
            return string.Join(' ', words) + (Body.Length > Shown ? "…" : "");
        }
    }

    /// <summary>True for 200.</summary>
    public bool IsOk => Status == 200;

    /// <summary>What is wrong with the status; null for 200.</summary>
    public string? StatusFault => IsOk ? null : $"status {Status}: {Beginning}";
}

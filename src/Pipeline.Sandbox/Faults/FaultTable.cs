namespace Pipeline.Sandbox.Faults;

/// <summary>The catalog as the documents show it.</summary>
internal static class FaultTable
{
    /// <summary>The comment before the table.</summary>
    public const string Begin = "<!-- faults: made from the sandbox's own list; a test compares them -->";

    /// <summary>The comment after it.</summary>
    public const string End = "<!-- end of faults -->";

    /// <summary>The table in Markdown, the comments included.</summary>
    public static string Markdown() => string.Join('\n',
    [
        Begin, "| fault | argument, and default | what goes wrong | what the deploy does | exit code | the API then serves |", "| --- | --- | --- | --- | --- | --- |",
        .. FaultCatalog.All.Select(f => $"| `{f.Name}` | {f.Argument} | {f.Does} | {f.Expected} | {f.ExitCode} | {Served(f.Serves)} |"), End,
    ]);

    private static string Served(Serving serves) => serves switch
    {
        Serving.Old => "the release before",
        Serving.New => "the release",
        _ => "nothing",
    };
}

namespace Pipeline.Build;

/// <summary>Asks the person at the terminal. Where nobody can answer, a command that was given is meant.</summary>
internal static class Confirmation
{
    // Either stream may go through a pipe or into a file, while the other one still shows a question.
    private static TextWriter? Question =>
        Console.IsInputRedirected ? null : !Console.IsErrorRedirected ? Console.Error : !Console.IsOutputRedirected ? Console.Out : null;

    /// <summary>Asks before what a command does.</summary>
    /// <param name="sentence">What will happen.</param>
    /// <returns>True when it may happen.</returns>
    public static bool Ask(string sentence) => Question is not { } question || Answer(question, sentence);

    /// <summary>Offers more than the command asked for. Where nobody can answer, it is not meant.</summary>
    /// <param name="sentence">What would happen.</param>
    /// <returns>True when it may happen.</returns>
    public static bool Offer(string sentence) => Question is { } question && Answer(question, sentence);

    private static bool Answer(TextWriter question, string sentence)
    {
        question.Write($"{sentence}. Go on? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}

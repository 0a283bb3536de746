namespace Pipeline.Build;

/// <summary>Asks the person at the terminal. Where nobody can answer, a command that was given is meant.</summary>
internal static class Confirmation
{
    // The question goes to stderr, so that the output may go through a pipe.
    private static bool IsUnattended => Console.IsInputRedirected || Console.IsErrorRedirected;

    /// <summary>Asks before what a command does.</summary>
    /// <param name="sentence">What will happen.</param>
    /// <returns>True when it may happen.</returns>
    public static bool Ask(string sentence) => IsUnattended || Answer(sentence);

    /// <summary>Offers more than the command asked for. Where nobody can answer, it is not meant.</summary>
    /// <param name="sentence">What would happen.</param>
    /// <returns>True when it may happen.</returns>
    public static bool Offer(string sentence) => !IsUnattended && Answer(sentence);

    private static bool Answer(string sentence)
    {
        Console.Error.Write($"{sentence}. Go on? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}

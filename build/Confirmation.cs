namespace Pipeline.Build;

/// <summary>Asks the person at the terminal. Where nobody can answer, a command that was given is meant.</summary>
internal static class Confirmation
{
    /// <param name="sentence">What will happen.</param>
    /// <returns>True when it may happen.</returns>
    public static bool Ask(string sentence)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
            return true;
        Console.Error.Write($"{sentence}. Go on? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}

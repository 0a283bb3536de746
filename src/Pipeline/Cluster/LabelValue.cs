namespace Pipeline.Cluster;

/// <summary>What Kubernetes takes as the value of a label.</summary>
internal static class LabelValue
{
    /// <summary>The rule, for a person.</summary>
    public const string Rule = "Use up to 63 letters, digits, '.', '-' and '_', beginning and ending with a letter or digit.";

    /// <summary>True when <paramref name="text"/> keeps the rule.</summary>
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}

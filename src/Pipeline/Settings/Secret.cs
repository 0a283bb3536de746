namespace Pipeline.Settings;

/// <summary>A value that is never printed: its text is a mask wherever it is formatted.</summary>
/// <param name="value">The value itself.</param>
public sealed class Secret(string value)
{
    /// <summary>The value itself, for the one call that needs it.</summary>
    public string Reveal() => value;

    /// <summary>Always the mask.</summary>
    public override string ToString() => "***";

    /// <summary>The secret in <paramref name="value"/>, or null when it is null or empty.</summary>
    public static Secret? From(string? value) => string.IsNullOrEmpty(value) ? null : new Secret(value);
}

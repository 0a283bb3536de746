using System.Globalization;
using Pipeline.Errors;

namespace Pipeline.Settings;

/// <summary>Collects what is wrong with the settings, so that a person reads all of it at once.</summary>
public sealed class Faults
{
    private readonly List<string> found = [];

    /// <summary>True when nothing is wrong so far.</summary>
    public bool None => found.Count == 0;

    /// <summary>Adds a sentence about one option; once, when several settings share the option.</summary>
    public void Add(string option, string sentence)
    {
        var fault = $"{Flag.Of(option)}: {sentence}";
        if (!found.Contains(fault))
            found.Add(fault);
    }

    /// <summary>Adds a fault when <paramref name="value"/> is missing or empty.</summary>
    /// <param name="option">The option's name.</param>
    /// <param name="value">What was given.</param>
    /// <param name="meaning">What the option is, as in "the namespace of the API".</param>
    public void Require(string option, string? value, string meaning)
    {
        if (string.IsNullOrWhiteSpace(value))
            Add(option, $"{meaning} is not given. Set it in the profile's file under .nuke/, as {Flag.VariableOf(option)}, or with the flag.");
    }

    /// <summary>The duration in <paramref name="value"/>: a number and a unit, <c>90s</c>, <c>10m</c>, <c>2h</c> or <c>500ms</c>.</summary>
    /// <returns><paramref name="otherwise"/> when nothing was given or the value is wrong, which is then a fault.</returns>
    public TimeSpan Duration(string option, string? value, TimeSpan otherwise)
    {
        if (string.IsNullOrWhiteSpace(value))
            return otherwise;
        var text = value.Trim();
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        TimeSpan? unit = text[digits..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => null,
        };
        if (unit is { } one && double.TryParse(text[..digits], CultureInfo.InvariantCulture, out var count) && count > 0)
            return one * count;
        Add(option, $"'{value}' is not a duration. Write a number and a unit, as in 90s, 10m or 2h.");
        return otherwise;
    }

    /// <summary>The whole number in <paramref name="value"/>, within the range given.</summary>
    public int Number(string option, string? value, int otherwise, int least, int most)
    {
        if (string.IsNullOrWhiteSpace(value))
            return otherwise;
        if (int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Add(option, $"'{value}' is not a whole number from {least} to {most}.");
        return otherwise;
    }

    /// <summary>The one of a few words that <paramref name="value"/> is, whatever its case.</summary>
    public T Choice<T>(string option, string? value, T otherwise)
        where T : struct, Enum
    {
        if (string.IsNullOrWhiteSpace(value))
            return otherwise;
        if (Enum.GetNames<T>().FirstOrDefault(n => n.Equals(value.Trim(), StringComparison.OrdinalIgnoreCase)) is { } name)
            return Enum.Parse<T>(name);
        Add(option, $"'{value}' is none of {string.Join(" and ", Enum.GetNames<T>())}.");
        return otherwise;
    }

    /// <summary>The absolute http or https address in <paramref name="value"/>, or null when nothing was given.</summary>
    public Uri? Address(string option, string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return null;
        if (Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return address;
        Add(option, $"'{value}' is not an address. Write it whole, as in https://api.example.com.");
        return null;
    }

    /// <summary>Ends the run before anything happened.</summary>
    /// <exception cref="UsageException">Something was wrong.</exception>
    public void ThrowIfAny()
    {
        if (!None)
            throw new UsageException(found);
    }
}

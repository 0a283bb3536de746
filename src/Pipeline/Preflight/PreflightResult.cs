using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pipeline.Preflight;

/// <summary>What one phase of Preflight found.</summary>
/// <param name="Findings">One for each check, in the order they are shown.</param>
public sealed record PreflightResult(ImmutableArray<Finding> Findings)
{
    /// <summary>True when no check failed.</summary>
    public bool Passed => !Findings.Any(f => f.State == FindingState.Failed);

    /// <summary>How many failed, and for each one what was found and what to do.</summary>
    internal string Failures()
    {
        var failed = Findings.Where(f => f.State == FindingState.Failed).ToList();
        var lines = failed.Select(f => $"  {f.Check}: {f.Found}{(f.Advice is null ? "" : $" {f.Advice}")}");
        return $"{failed.Count} of {Findings.Length} checks failed. Nothing was changed.{Environment.NewLine}{string.Join(Environment.NewLine, lines)}";
    }
}

/// <summary>What one check found.</summary>
/// <param name="Check">The check's name, as in <c>registry</c>.</param>
/// <param name="State">How it ended.</param>
/// <param name="Found">What was seen, with values.</param>
/// <param name="Advice">What to do about it; null when there is nothing to do.</param>
public sealed record Finding(string Check, FindingState State, string Found, string? Advice = null);

/// <summary>How a check ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingState>))]
public enum FindingState
{
    /// <summary>As expected.</summary>
    Passed,

    /// <summary>Worth reading; does not stop a release.</summary>
    Warned,

    /// <summary>Stops the release.</summary>
    Failed,

    /// <summary>Not looked at, for want of a right or of a setting, or because a person left it out.</summary>
    NotChecked,
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pipeline.Rollbacks;

/// <summary>Whether the release before could come back, as it was seen once this one was verified.</summary>
/// <param name="Release">The number of the release that a rollback would bring back.</param>
/// <param name="Version">What people call it.</param>
/// <param name="Parts">What a rollback needs of it.</param>
public sealed record WayBackResult(int Release, string Version, ImmutableArray<WayBackPart> Parts)
{
    /// <summary>All of it in one line.</summary>
    internal string Sentence
    {
        get
        {
            var plain = Parts.Where(p => p is { State: WayBackState.There, Found: "" }).Select(p => p.Name).ToList();
            return $"release {Release} ({Version}): {string.Join("; ", [.. plain.Count > 0 ? (string[])[$"{string.Join(", ", plain)} there"] : [], .. Parts.Where(p => !plain.Contains(p.Name)).Select(p => p.ToString())])}";
        }
    }
}

/// <summary>One thing that a rollback needs.</summary>
/// <param name="Name">As in <c>image</c>.</param>
/// <param name="State">Whether it is there.</param>
/// <param name="Found">What was found; empty when there is no more to say.</param>
public sealed record WayBackPart(string Name, WayBackState State, string Found = "")
{
    /// <inheritdoc />
    public override string ToString() => State switch
    {
        WayBackState.Missing => $"{Name} MISSING, {Found}",
        WayBackState.Unknown => $"{Name} not known, {Found}",
        _ => $"{Name} {Found}",
    };
}

/// <summary>Whether something is there.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WayBackState>))]
public enum WayBackState
{
    /// <summary>It is.</summary>
    There,

    /// <summary>It is not, so it cannot go back.</summary>
    Missing,

    /// <summary>There was no answer.</summary>
    Unknown,
}

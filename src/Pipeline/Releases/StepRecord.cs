using System.Text.Json.Serialization;

namespace Pipeline.Releases;

/// <summary>What the record knows of one step of one release.</summary>
/// <param name="Name">The target's name.</param>
/// <param name="State">How far it came.</param>
/// <param name="Started">When the last attempt began, in UTC.</param>
/// <param name="Ended">When it ended, in UTC; null while it runs or when its process died.</param>
/// <param name="Error">The sentence it failed with.</param>
/// <param name="Inputs">SHA-256 in hex of what its result follows from, as in the manifests for Deploy: while it is the same, the step would do the
/// same again. Null where the world alone decides, and while the step has not come so far.</param>
public sealed record StepRecord(string Name, StepState State, DateTimeOffset Started, DateTimeOffset? Ended = null, string? Error = null, string? Inputs = null);

/// <summary>How far a step came.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepState>))]
public enum StepState
{
    /// <summary>Started and not ended: it runs now, or its process died.</summary>
    Running,

    /// <summary>Ended well.</summary>
    Done,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Ended by Ctrl-C, SIGTERM or the failure of another step.</summary>
    Cancelled,
}

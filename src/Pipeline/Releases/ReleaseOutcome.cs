using System.Text.Json.Serialization;

namespace Pipeline.Releases;

/// <summary>How a release ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReleaseOutcome>))]
public enum ReleaseOutcome
{
    /// <summary>Not ended: it runs now, waits for its next step, or its process died.</summary>
    Unfinished,

    /// <summary>Rolled out and verified.</summary>
    Succeeded,

    /// <summary>Failed before anything changed.</summary>
    Failed,

    /// <summary>Failed, and the release before it serves again.</summary>
    PutBack,

    /// <summary>Failed, and what it changed is still there.</summary>
    NotPutBack,
}

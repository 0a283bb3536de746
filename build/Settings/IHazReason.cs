using Nuke.Common;

namespace Pipeline.Build.Settings;

/// <summary>Why a person does what they do.</summary>
internal interface IHazReason : INukeBuild
{
    /// <summary>Why.</summary>
    [Parameter("Why, in your words; the record keeps it.")]
    string? Reason => TryGetValue(() => Reason);
}

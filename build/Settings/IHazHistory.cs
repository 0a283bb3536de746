using Nuke.Common;
using Pipeline.Releases;

namespace Pipeline.Build.Settings;

/// <summary>How History shows the records.</summary>
internal interface IHazHistory : INukeBuild
{
    /// <summary>For programs instead of people.</summary>
    [Parameter("History writes JSON to standard output, and everything else to standard error.")]
    bool HistoryJson => TryGetValue<bool?>(() => HistoryJson) ?? false;

    /// <summary>These settings as the engine takes them.</summary>
    HistoryOptions HistoryOptions => new() { HistoryJson = HistoryJson ? ProgramOutput.Open() : null };
}

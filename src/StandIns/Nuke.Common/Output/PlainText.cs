using System.Text.RegularExpressions;

namespace Nuke.Common.Output;

/// <summary>Takes out of a text what would colour the screen or move its cursor: the logs of tools and pods bring it along.</summary>
internal static partial class PlainText
{
    public static string Of(string text) => Controls().Replace(text, "");

    // A colour or cursor sequence (ESC [ 31 m), a window title (ESC ] 0;title BEL), then whatever else is no tab and no end of a line.
    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(\x07|\x1b\\)?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")]
    private static partial Regex Controls();
}

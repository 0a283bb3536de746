using Nuke.Common;

namespace Pipeline.Build.Settings;

/// <summary>Who is told.</summary>
internal interface IHazNotices : INukeBuild
{
    /// <summary>The support's webhook.</summary>
    [Parameter("A webhook that is told when something is put back, as Slack and Teams have them. Default: nobody is told.")]
    [Secret]
    string? NoticeWebhook => TryGetValue(() => NoticeWebhook);
}

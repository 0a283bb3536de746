using System.Globalization;
using Pipeline.Frontend;
using Pipeline.Migrations;
using Pipeline.Releases;

namespace Pipeline.Rollbacks;

/// <summary>Both releases and what will happen, for the person who decides.</summary>
internal static class RollbackOutlook
{
    private const int Shown = 6;

    /// <summary>The lines.</summary>
    public static IEnumerable<string> Lines(RollbackPlan plan, SchemaWay way) =>
    [
        .. Of("From", plan.From), .. Of("Back to", plan.Target),
        Row("Pages", Pages(plan)),
        Row("Pods", $"{Listed([.. plan.Objects.Select(o => o.ToString())], "object")} applied again, image {Digest(plan.Target)}"),
        Row("Schema", way.Sentence),
    ];

    private static IEnumerable<string> Of(string title, Release release)
    {
        var what = release.Rollback is { } back ? $", a rollback to release {back.To}" : "";
        yield return Row(title, $"release {release.Number} ({release.Version}){what}, commit {Short(release.Commit)}, {release.Outcome}");
        yield return Row("", $"by {release.StartedBy}, {release.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC");
        yield return Row("", $"image {Digest(release)}, schema {release.Migration?.After ?? "(not recorded)"}");
    }

    private static string Pages(RollbackPlan plan)
    {
        if (plan.PagesOf is not { } of)
            return plan.LivePages is null ? "none are recorded" : $"release {plan.Target.Number} kept none: those that are live STAY";
        if (plan.SwitchingPages.Contains(InvalidationPaths.All))
            return $"all that differ switched to those of release {of.Number}";
        return plan.SwitchingPages is { Count: > 0 } pages ? $"{Listed(pages, "page")} switched to those of release {of.Number}" : $"already those of release {of.Number}";
    }

    private static string Listed(IReadOnlyList<string> names, string what) =>
        $"{names.Count} {what}{(names.Count == 1 ? "" : "s")} ({string.Join(", ", names.Take(Shown))}{(names.Count > Shown ? ", …" : "")})";

    // sha256:0123456789ab…
    private static string Digest(Release release) => release.Image?.Digest is { Length: > 19 } digest ? digest[..19] : "(not recorded)";

    private static string Short(string commit) => commit.Length > 12 ? commit[..12] : commit;

    private static string Row(string title, string text) => $"{title,-8} {text}";
}

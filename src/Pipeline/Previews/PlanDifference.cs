namespace Pipeline.Previews;

/// <summary>Says how what a deploy would do now differs from what a preview showed.</summary>
internal static class PlanDifference
{
    /// <summary>One sentence part for each thing that moved, the causes before their effects.</summary>
    /// <param name="shown">What the preview showed.</param>
    /// <param name="now">What would be done now.</param>
    public static IEnumerable<string> Between(PreviewPlan shown, PreviewPlan now)
    {
        if (shown.Environment != now.Environment || shown.Cluster != now.Cluster)
            return [$"the preview is of environment '{shown.Environment}' in another cluster or namespace"];
        if (shown.Key != now.Key || shown.Image != now.Image)
            return [$"the preview is of other sources: {shown.Version}, and this is {now.Version}{(shown.Version == now.Version ? " with other files" : "")}"];
        if (shown.Release != now.Release)
            return [$"there was another release meanwhile: this one is number {now.Release}, not {shown.Release}"];
        return [.. OfSchema(shown, now), .. OfObjects(shown, now), .. OfSite(shown, now)];
    }

    private static IEnumerable<string> OfSchema(PreviewPlan shown, PreviewPlan now)
    {
        if (shown.Schema != now.Schema)
            yield return $"the schema is at {now.Schema ?? "(none)"}, not at {shown.Schema ?? "(none)"}";
        else if (!shown.Revisions.SequenceEqual(now.Revisions))
            yield return $"the pending revisions are {List(now.Revisions)}, not {List(shown.Revisions)}";
    }

    private static IEnumerable<string> OfObjects(PreviewPlan shown, PreviewPlan now)
    {
        foreach (var (what, hash) in now.Objects)
            if (!shown.Objects.TryGetValue(what, out var before))
                yield return $"it would now {what}";
            else if (before != hash)
                yield return $"it would now {what} in other fields";
        foreach (var what in shown.Objects.Keys.Where(k => !now.Objects.ContainsKey(k)))
            yield return $"it would no longer {what}";
    }

    private static IEnumerable<string> OfSite(PreviewPlan shown, PreviewPlan now)
    {
        if (shown.Site != now.Site)
            yield return "the site's files are others";
        if (!shown.PagesGone.SequenceEqual(now.PagesGone))
            yield return $"the pages that go are {List(now.PagesGone)}, not {List(shown.PagesGone)}";
    }

    private static string List(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}

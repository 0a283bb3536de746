namespace Pipeline.Preflight;

/// <summary>A setting that leads to the environment, and where its value came from.</summary>
/// <param name="Name">As a profile's file names it.</param>
/// <param name="Value">Its text; of a secret the mask.</param>
/// <param name="Source">Where it stands, as in <c>parameters.production.json</c> or <c>command line</c>.</param>
public sealed record GivenSetting(string Name, string Value, string Source)
{
    private const int Width = 64;

    /// <summary>A list for a terminal of 80 columns, beside the target's name: the settings under the place that they came from.</summary>
    internal static IEnumerable<string> Lines(IReadOnlyCollection<GivenSetting> settings)
    {
        foreach (var place in settings.GroupBy(s => s.Source))
        {
            yield return $"from {place.Key}";
            foreach (var (name, value, _) in place)
            {
                var head = $"  {name.PadRight(settings.Max(s => s.Name.Length))}  ";
                foreach (var line in FindingTable.Wrap(value, Width - head.Length))
                {
                    yield return head + line;
                    head = new string(' ', head.Length);
                }
            }
        }
    }
}

namespace Pipeline.Releases;

/// <summary>A record that is damaged, or that a newer build wrote.</summary>
/// <param name="Number">The release's number; null when neither label nor name has one.</param>
/// <param name="Name">The ConfigMap's name.</param>
/// <param name="Sentence">Which one it is, why it cannot be read, and what helps.</param>
public sealed record UnreadableRecord(int? Number, string Name, string Sentence);

namespace Pipeline.Sandbox.Journal;

/// <summary>One request, as it came through a door.</summary>
/// <param name="Number">1 for the first since the journal was begun.</param>
/// <param name="Door">The part that was asked, as in <c>cluster</c>.</param>
/// <param name="Method">As in <c>PATCH</c>.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Shape">The path without what is another one in each run: <see cref="RequestShape"/>.</param>
/// <param name="Nth">1 for the first with this door, method and shape.</param>
/// <param name="Body">What a request to the cluster carried; null for all others.</param>
internal sealed record JournalEntry(int Number, string Door, string Method, string Path, string Shape, int Nth, string? Body);

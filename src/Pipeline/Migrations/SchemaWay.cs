using Pipeline.Releases;

namespace Pipeline.Migrations;

/// <summary>What becomes of the schema when a release goes back.</summary>
/// <param name="Order">In which order schema and pods go.</param>
/// <param name="Sentence">The same in words, in a sentence's middle.</param>
/// <param name="Range">From where to where.</param>
internal sealed record SchemaWay(SchemaOrder Order, string Sentence, SchemaRange Range)
{
    /// <summary>True when the database itself said where the schema stands.</summary>
    public bool IsProven { get; init; }

    /// <summary>The release whose image has the revisions that go; null when none goes.</summary>
    public Release? Carrier { get; init; }
}

/// <summary>In which order schema and pods go back.</summary>
internal enum SchemaOrder
{
    /// <summary>The schema stays as it is.</summary>
    Stays,

    /// <summary>The older pods can live with the newer schema: they come first, and nobody is without an answer.</summary>
    PodsFirst,

    /// <summary>Neither pods can live with the other's schema: none run while it changes.</summary>
    Outage,
}

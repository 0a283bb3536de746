using System.Collections.Immutable;

namespace Pipeline.Migrations;

/// <summary>What a revision means to pods that do not know it.</summary>
/// <param name="Revision">Its id.</param>
/// <param name="Parents">What it follows; empty for the first.</param>
/// <param name="Breaking">The statement that older pods may not live with, and why; null when they can with all of them.</param>
/// <param name="Statements">How many statements it has beside those of Alembic itself; null when its SQL could not be read.</param>
public sealed record RevisionVerdict(string Revision, ImmutableArray<string> Parents, string? Breaking, int? Statements)
{
    /// <summary>True when older pods can live with it.</summary>
    public bool IsCompatible => Breaking is null;

    /// <inheritdoc />
    public override string ToString() => $"{Revision}: {Breaking ?? "compatible"}";
}

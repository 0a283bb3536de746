using System.Collections.Immutable;

namespace Pipeline.Migrations;

/// <summary>The SQL of a range of revisions, as <c>alembic upgrade a:c --sql</c> or <c>alembic downgrade c:a --sql</c> prints it.</summary>
/// <param name="Steps">The revisions in the order in which they run, each with its statements.</param>
/// <param name="Fault">Why it cannot be read, so that nothing is known of any of them; null when all of it was read.</param>
internal sealed record MigrationSql(ImmutableArray<RevisionSql> Steps, string? Fault)
{
    /// <summary>SQL that nobody has.</summary>
    public static MigrationSql Unreadable(string why) => new([], why);

    /// <summary>Reads what <c>alembic</c> printed.</summary>
    // BEGIN;
    // -- Running upgrade 3f1c9a0b7d21 -> 8b62d4e5f093
    // ALTER TABLE datasets ADD COLUMN description VARCHAR(2000);
    // UPDATE alembic_version SET version_num='8b62d4e5f093' WHERE alembic_version.version_num = '3f1c9a0b7d21';
    // COMMIT;
    public static MigrationSql Read(string sql)
    {
        var (statements, fault) = SqlReader.Read(sql);
        var steps = new List<(string From, string To, List<SqlStatement> Statements)>();
        foreach (var statement in statements)
        {
            if (statement.Mark is { } mark)
            {
                if (mark[(mark.IndexOf("ing ", StringComparison.Ordinal) + 4)..].Split(' ', 2)[^1].Split(" -> ") is not [var from, var to])
                    return Unreadable($"'{mark}' names no revision");
                steps.Add((from.Trim(), to.Trim(), []));
            }
            else if (steps.Count > 0)
            {
                steps[^1].Statements.Add(statement);
            }
            else if (!VersionStatement.Is(statement))
            {
                return Unreadable($"'{statement}' belongs to no revision");
            }
        }

        return new MigrationSql([.. steps.Select(s => new RevisionSql(s.From, s.To, [.. s.Statements.Where(t => !VersionStatement.Is(t))]))], fault);
    }

    /// <summary>What each revision of an upgrade means to older pods.</summary>
    /// <param name="revisions">The revisions that must be in it, each once.</param>
    /// <param name="types">The types of the database's columns.</param>
    public ImmutableArray<RevisionVerdict> Judge(IReadOnlyCollection<SchemaRevision> revisions, ColumnTypes types)
    {
        var why = Fault ?? (Steps.Select(s => s.To).Order(StringComparer.Ordinal).SequenceEqual(revisions.Select(r => r.Id).Order(StringComparer.Ordinal)) ? null : "it is not that of these revisions");
        if (why is not null)
            return [.. revisions.Select(r => new RevisionVerdict(r.Id, r.Parents, $"its SQL cannot be read: {why}", null))];
        return [.. Steps.Select(s => s.Judge(revisions.Single(r => r.Id == s.To), types))];
    }
}

/// <summary>One revision's part of it.</summary>
/// <param name="From">What it follows, as <c>alembic</c> writes it; going down, the revision itself.</param>
/// <param name="To">The revision; going down, what stays.</param>
/// <param name="Statements">Its statements, without those that <c>alembic</c> adds.</param>
internal sealed record RevisionSql(string From, string To, ImmutableArray<SqlStatement> Statements)
{
    /// <summary>What it means to older pods.</summary>
    // The list is begun anew: what is new in one revision is old in the next, which may run on another day.
    public RevisionVerdict Judge(SchemaRevision revision, ColumnTypes types)
    {
        var list = new CompatibleStatements(types);
        string? breaking = null;
        // All of them: a later one may widen what an earlier one made.
        foreach (var statement in Statements)
            if (list.WhyBreaking(statement) is { } why)
                breaking ??= $"{statement}: {why}";
        return new RevisionVerdict(revision.Id, revision.Parents, breaking, Statements.Length);
    }
}

using Npgsql;

namespace Pipeline.Sandbox.Containers;

/// <summary>
/// Stands in for <c>alembic</c> on a machine without it: reads the image's revisions and moves <c>alembic_version</c>, nothing else of the schema.
/// </summary>
internal sealed class RevisionMover(ContainerContext context)
{
    private const int CommandFailed = 255;
    private const string Honest = "WARNI alembic is not installed on this machine: alembic_version moves, the schema itself is not changed; the API keeps its datasets in sandbox.datasets";
    private readonly RevisionFiles revisions = RevisionFiles.Read(context.Files);

    /// <summary>Runs the container's command.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        try
        {
            await CommandAsync([.. context.Command.Skip(1)], cancellation);
            return 0;
        }
        catch (AlembicException e)
        {
            context.Log($"FAILED: {e.Message}");
            return CommandFailed;
        }
        catch (NpgsqlException e)
        {
            context.Log("Traceback (most recent call last):");
            context.Log($"sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) {e.Message}");
            return 1;
        }
    }

    private async Task CommandAsync(string[] command, CancellationToken cancellation)
    {
        switch (command)
        {
            case ["history", ..]:
                foreach (var revision in revisions.Ordered.Reverse())
                    context.Log($"{revision.Step("<base>")}{(IsHead(revision.Id) ? " (head)" : "")}, {revision.Doc}");
                break;
            case ["heads", ..]:
                foreach (var head in revisions.Heads)
                    context.Log($"{head.Id} (head)");
                break;
            case ["current", ..]:
                await using (var database = await AlembicVersion.OpenAsync(context, cancellation))
                    if (await database.ReadAsync(cancellation) is { } current)
                        context.Log($"{current}{(IsHead(current) ? " (head)" : "")}");
                break;
            case ["upgrade" or "downgrade", var range, "--sql"]:
                Offline(command[0], range);
                break;
            case ["upgrade" or "downgrade", var target]:
                await MoveAsync(command[0], target, cancellation);
                break;
            default:
                throw new AlembicException($"No such command: alembic {string.Join(' ', command)}");
        }
    }

    private async Task MoveAsync(string direction, string target, CancellationToken cancellation)
    {
        await using var database = await AlembicVersion.OpenAsync(context, cancellation);
        context.Log("INFO Context impl PostgresqlImpl.");
        context.Log("INFO Will assume transactional DDL.");
        context.Log(Honest);
        await database.MakeStandInAsync(cancellation);
        var current = await database.ReadAsync(cancellation);
        foreach (var (revision, after, step) in Path(direction, current, revisions.Resolve(target, current)))
        {
            context.Log($"INFO Running {direction} {step}, {revision.Doc}");
            await database.WriteAsync(after, cancellation);
        }
    }

    private void Offline(string direction, string range)
    {
        var (from, to) = range.Split(':') is [var a, var b] ? (a, b) : ("base", range);
        var start = revisions.Resolve(from, null)?.Id;
        context.Log($"-- {Honest}");
        context.Log("BEGIN;");
        foreach (var (revision, after, step) in Path(direction, start, revisions.Resolve(to, start)))
        {
            context.Log($"-- Running {direction} {step}");
            foreach (var line in revision.Sql(direction))
                context.Log(line);
            context.Log(after is null ? "DELETE FROM alembic_version;" : $"UPDATE alembic_version SET version_num='{after}';");
        }

        context.Log("COMMIT;");
    }

    private IEnumerable<(RevisionFile Revision, string? After, string Step)> Path(string direction, string? current, RevisionFile? target)
    {
        var (from, to) = (revisions.IndexOf(current), revisions.IndexOf(target?.Id));
        if (direction == "upgrade")
            for (var i = from + 1; i <= to; i++)
                yield return (revisions.Ordered[i], revisions.Ordered[i].Id, revisions.Ordered[i].Step(""));
        else
            for (var i = from; i > to; i--)
                yield return (revisions.Ordered[i], i == 0 ? null : revisions.Ordered[i - 1].Id, $"{revisions.Ordered[i].Id} -> {(i == 0 ? "" : revisions.Ordered[i - 1].Id)}");
    }

    private bool IsHead(string id) => revisions.Heads.Any(h => h.Id == id);
}

using Pipeline.Databases;
using Pipeline.Errors;
using Pipeline.Releases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Migrations;

/// <summary>Decides what becomes of the schema when a release goes back. Needs the database only where it must change.</summary>
/// <param name="options">What a person asked for.</param>
/// <param name="context">The run.</param>
internal sealed class SchemaReturn(SchemaReturnOptions options, StepContext context)
{
    // Pods wait for the answer, and the record has one too.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly string Wish = Flag.Of(nameof(SchemaReturnOptions.RollbackSchema));

    /// <summary>Decides. Changes nothing.</summary>
    /// <exception cref="FailureException">Refused (4): the older pods may not be able to live with the schema, or nobody can take it back.</exception>
    public async Task<SchemaWay> DecideAsync(ReleaseHistory history, Release target, CancellationToken cancellation)
    {
        var nowhere = new SchemaRange(null, null, [], false);
        if (options.Database.IsAbsent || target.WithoutDatabase is not null)
            return new SchemaWay(SchemaOrder.Stays, "there is no database", nowhere);
        var record = new SchemaRecord(history.Releases);
        if (!record.Knows(target, out var wanted))
            return !options.RollbackSchema
                ? new SchemaWay(SchemaOrder.Stays, "no record says where the schema stood, so it stays as it is", nowhere)
                : throw FailureException.Refused($"{Wish}: no kept record says on which revision release {target.Number} ({target.Version}) ran. Nothing was changed.");
        var (now, isProven) = await NowAsync(record, cancellation);
        var range = record.Between(now, wanted);
        var way = now == wanted
            ? new SchemaWay(SchemaOrder.Stays, $"the schema is at revision {now ?? "(none)"} as it was then", range)
            : range.IsCompatible && !options.RollbackSchema
            ? new SchemaWay(SchemaOrder.Stays, $"the schema stays at revision {now}, with which the pods of release {target.Number} can live", range)
            : Down(record, range, target);
        return way with { IsProven = isProven };
    }

    private SchemaWay Down(SchemaRecord record, SchemaRange range, Release target)
    {
        var pods = $"release {target.Number} ({target.Version}), which ran on revision {range.Older ?? "(none)"},";
        if (record.Between(range.Older, range.Newer) is { IsKnown: true, Revisions.IsEmpty: false })
            throw FailureException.Refused($"The database is at revision {range.Newer ?? "(none)"}, and {pods} needs more than that. A rollback takes no schema forward: deploy that version again. Nothing was changed.");
        if (!options.RollbackSchema)
            throw FailureException.Refused($"The database is at revision {range.Newer}, and {pods} cannot be expected to live with it: {string.Join("; ", range.Breaking)}. Nothing was changed. Choose: {SchemaChoices.Of(record, range, context.Time)}");
        if (!range.IsKnown || record.CarrierOf(range.Newer!) is not { } carrier)
            throw FailureException.Refused($"{Wish}: no kept release leads from revision {range.Newer} down to {range.Older ?? "(none)"}, so no image is known that could do it. Nothing was changed.");
        return range.IsCompatible
            ? new SchemaWay(SchemaOrder.PodsFirst, $"then the schema goes from revision {range.Newer} to {range.Older ?? "(none)"}", range) { Carrier = carrier }
            : new SchemaWay(SchemaOrder.Outage, $"WITH AN OUTAGE: no pod runs while the schema goes from revision {range.Newer} to {range.Older ?? "(none)"}", range) { Carrier = carrier };
    }

    // A database that is away must not keep pods from going back; one that is another one must.
    private async Task<(string? Revision, bool IsProven)> NowAsync(SchemaRecord record, CancellationToken cancellation)
    {
        if (!options.HasAddress)
            return (record.Now, false);
        try
        {
            await using var database = await Database.OpenAsync(options.Database, context, cancellation, Patience);
            var now = await database.SchemaRevisionAsync(cancellation);
            if (now != record.Now)
                context.Log.Warning("The database is at revision {Now}, the record says {Recorded}; the database counts", now ?? "(none)", record.Now ?? "(none)");
            return (now, true);
        }
        catch (FailureException e) when (e.ExitCode == ExitCode.Failed && !options.RollbackSchema)
        {
            context.Log.Warning("The database was not asked where the schema stands; the record says {Recorded}: {Why:l}", record.Now ?? "(none)", e.Message);
            return (record.Now, false);
        }
    }
}

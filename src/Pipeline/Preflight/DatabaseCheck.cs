using Pipeline.Databases;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The database answers, is the one that the profile pins, and can be written to.</summary>
/// <param name="options">Which one.</param>
internal sealed class DatabaseCheck(DatabaseOptions options) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.Database;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        if (options.IsAbsent)
            return new Finding(Name, FindingState.NotChecked, $"skipped: {options.WithoutDatabase}");
        // Refuses another server and another database.
        await using var database = await Database.OpenAsync(options, context, cancellation);
        var version = await database.ScalarAsync("show server_version", cancellation);
        if (await database.ScalarAsync("select pg_is_in_recovery()", cancellation) == bool.TrueString)
            return new Finding(Name, FindingState.Failed, $"'{database.Name}' on PostgreSQL {version} is a standby.", $"Point {Settings.Flag.VariableOf(nameof(options.DatabaseUrl))} at the primary.");
        var revision = await database.SchemaRevisionAsync(cancellation);
        return new Finding(Name, FindingState.Passed, $"'{database.Name}', PostgreSQL {version}, primary, schema revision {revision ?? "none"}");
    }
}

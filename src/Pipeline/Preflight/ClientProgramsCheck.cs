using Pipeline.Backups;
using Pipeline.Databases;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>This machine has the programs that take and prove a backup, in a version that the server accepts.</summary>
/// <param name="options">The database they must fit.</param>
internal sealed class ClientProgramsCheck(DatabaseOptions options) : IPreflightCheck
{
    /// <inheritdoc />
    public string Name => CheckName.ClientPrograms;

    /// <inheritdoc />
    public string Needs => CheckName.Database;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        if (options.IsAbsent)
            return new Finding(Name, FindingState.NotChecked, $"skipped: {options.WithoutDatabase}");
        await using var database = await Database.OpenAsync(options, context, cancellation);
        var server = await Snapshot.ServerVersionAsync(database, cancellation);
        var dump = await new PostgresProgram("pg_dump").VersionAsync(server, cancellation);
        var restore = await new PostgresProgram("pg_restore").VersionAsync(server, cancellation);
        return new Finding(Name, FindingState.Passed, $"pg_dump {dump}, pg_restore {restore}");
    }
}

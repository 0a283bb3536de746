using System.Globalization;
using Pipeline.Databases;
using Pipeline.Runs;

namespace Pipeline.Preflight;

/// <summary>The database has room in the storage that the environment's resource table gives it. Processors and memory of its machine do not show over SQL.</summary>
/// <param name="options">The database.</param>
/// <param name="expected">The table's row; null when there is none.</param>
internal sealed class DatabaseResourcesCheck(DatabaseOptions options, ComponentResources? expected) : IPreflightCheck
{
    private const decimal High = 0.8m;

    // The size of a database that the role may not connect to is not told.
    private const string Size = "select coalesce(sum(pg_database_size(oid)), 0)::bigint::text from pg_database where has_database_privilege(oid, 'connect')";

    /// <inheritdoc />
    public string Name => CheckName.DatabaseResources;

    /// <inheritdoc />
    public string Needs => CheckName.Database;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        if (options.IsAbsent)
            return new Finding(Name, FindingState.NotChecked, $"skipped: {options.WithoutDatabase}");
        if (expected is null)
            return new Finding(Name, FindingState.NotChecked, "--expected-resources states nothing for 'database'");
        await using var database = await Database.OpenAsync(options, context, cancellation);
        var used = decimal.Parse((await database.ScalarAsync(Size, cancellation))!, CultureInfo.InvariantCulture);
        var share = used / PodAmounts.Quantity(expected.Storage);
        var found = $"{used / (1 << 20):0} MiB of {expected.Storage} used ({share:P0}); {expected.Cpu} cores and {expected.Memory} memory do not show over SQL";
        return share >= 1 ? new Finding(Name, FindingState.Failed, $"{found}.", "Give the database more storage, then correct --expected-resources.")
            : share >= High ? new Finding(Name, FindingState.Warned, found, "Give the database more storage.")
            : new Finding(Name, FindingState.Passed, found);
    }
}

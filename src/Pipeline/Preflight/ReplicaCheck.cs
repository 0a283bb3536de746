using System.Globalization;
using Pipeline.Databases;
using Pipeline.Runs;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>The database has a replica, and it is not far behind: a migration that floods a late one leaves readers without data.</summary>
/// <param name="options">Primary, replica and limit.</param>
internal sealed class ReplicaCheck(LastLookOptions options) : IPreflightCheck
{
    // Without pg_monitor the columns of other roles' connections are null.
    private const string OnPrimary = """
        select count(*) || ' ' || coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))::bigint::text, 'hidden') || ' ' || coalesce(max(extract(epoch from replay_lag)), 0)::text
        from pg_stat_replication
        """;

    // How old the last replayed transaction is says nothing while there is none to replay.
    private const string OnReplica = """
        select case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0 else extract(epoch from now() - pg_last_xact_replay_timestamp()) end::text
        """;

    /// <inheritdoc />
    public string Name => CheckName.Replica;

    /// <inheritdoc />
    public string Needs => CheckName.Database;

    /// <inheritdoc />
    public async Task<Finding> LookAsync(StepContext context, CancellationToken cancellation)
    {
        if (options.Database.IsAbsent)
            return new Finding(Name, FindingState.NotChecked, $"skipped: {options.Database.WithoutDatabase}");
        await using var primary = await Database.OpenAsync(options.Database, context, cancellation);
        return options.ReplicaUrl is { } replica ? await AskReplicaAsync(primary, replica, context, cancellation) : await AskPrimaryAsync(primary, cancellation);
    }

    private async Task<Finding> AskPrimaryAsync(Database primary, CancellationToken cancellation)
    {
        var parts = (await primary.ScalarAsync(OnPrimary, cancellation))!.Split(' ');
        if (parts[0] == "0")
            return new Finding(Name, FindingState.Warned, "none is connected to the primary", "Look at the replica, or leave the check out where there is none.");
        if (parts[1] == "hidden")
            return new Finding(Name, FindingState.NotChecked, $"{parts[0]} connected; how far behind, the primary tells members of pg_monitor alone", $"Set {Flag.VariableOf(nameof(options.ReplicaUrl))}, or as a superuser: grant pg_monitor to the role.");
        return Judge($"{parts[0]} connected", parts[1], Seconds(parts[2]));
    }

    private async Task<Finding> AskReplicaAsync(Database primary, Secret address, StepContext context, CancellationToken cancellation)
    {
        await using var replica = await Database.OpenAsync(options.Database with { DatabaseUrl = address }, context, cancellation);
        if (await replica.ScalarAsync("select pg_is_in_recovery()", cancellation) != bool.TrueString)
            return new Finding(Name, FindingState.Failed, $"{Flag.VariableOf(nameof(options.ReplicaUrl))} leads to a primary, not to a replica.", "Correct the address.");
        var at = await primary.ScalarAsync("select pg_current_wal_lsn()::text", cancellation);
        var seconds = Seconds(await replica.ScalarAsync(OnReplica, cancellation));
        // The text is the server's own, a position such as 0/3000148.
        var behind = await replica.ScalarAsync($"select greatest(pg_wal_lsn_diff('{at}', pg_last_wal_replay_lsn()), 0)::bigint::text", cancellation);
        if (await replica.ScalarAsync("select count(*)::text from pg_stat_wal_receiver", cancellation) == "0")
            return new Finding(Name, FindingState.Failed, $"the replica receives nothing from its primary; {behind} bytes behind.", "Look at the replica's log.");
        return Judge("receives from its primary", behind!, seconds);
    }

    private Finding Judge(string what, string bytes, TimeSpan lag)
    {
        var found = $"{what}, {bytes} bytes and {lag.TotalSeconds:0.0} s behind";
        return lag <= options.LagLimit
            ? new Finding(Name, FindingState.Passed, found)
            : new Finding(Name, FindingState.Failed, $"{found}; {Flag.Of(nameof(options.ReplicaLag))} allows {options.LagLimit.TotalSeconds:0.#} s.", "Wait until it has caught up.");
    }

    private static TimeSpan Seconds(string? text) => TimeSpan.FromSeconds(double.Parse(text ?? "0", CultureInfo.InvariantCulture));
}

using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Serilog;

namespace Pipeline.Releases;

/// <summary>
/// The deploy lock of an environment: a Lease in its namespace, renewed while its holder works. A holder that died stops renewing, and the
/// next run takes over once it has itself seen no renewal for a whole duration: no clock of another machine is believed. A holder that
/// cannot renew gives up well before anybody else may take over.
/// </summary>
internal sealed class DeployLease : IAsyncDisposable
{
    public const string Name = "pipeline-deploy";
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(5);
    private readonly ClusterConnection cluster;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource ended = new();
    private readonly CancellationTokenSource lost = new();
    private readonly string? turn;
    private JsonObject lease;
    private Task renewing = Task.CompletedTask;

    private DeployLease(ClusterConnection cluster, TimeProvider time, JsonObject lease, string? takenFrom)
    {
        this.cluster = cluster;
        this.time = time;
        this.lease = lease;
        turn = Turn(lease);
        TakenFrom = takenFrom;
    }

    /// <summary>Cancelled when another run took the lease: whatever this run wanted to do next, it must not.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Whose expired lease this was, or who freed it by hand; null when it was simply free.</summary>
    public string? TakenFrom { get; }

    /// <summary>Takes the lease, or refuses with a sentence about who holds it.</summary>
    public static async Task<DeployLease> AcquireAsync(
        ClusterConnection cluster, LeaseHolder holder, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var found = await cluster.FindAsync(Resource.Leases, Name, cancellation);
        if (found is not null && LeaseHolder.In(found) is { } other && !other.IsGoneFrom(holder))
            found = await WatchAsync(cluster, found, other, time, log, cancellation);
        var takenFrom = found is null ? null : LeaseHolder.In(found)?.Sentence ?? found.At("metadata", "annotations").Text(UnlockStep.Note);
        if (takenFrom is not null)
            log.Warning("The deploy lock is taken over from {Holder:l}", takenFrom);
        var wanted = Wanted(holder, time, found);
        try
        {
            var taken = found is null
                ? await cluster.CreateAsync(Resource.Leases, wanted, cancellation)
                : await cluster.ReplaceAsync(Resource.Leases, wanted, cancellation);
            var lease = new DeployLease(cluster, time, taken, takenFrom);
            lease.renewing = lease.RenewAsync(log);
            return lease;
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            var winner = await cluster.FindAsync(Resource.Leases, Name, cancellation);
            throw Held(winner is null ? null : LeaseHolder.In(winner), winner);
        }
    }

    /// <summary>Stops renewing and lets go within a time, unless somebody else holds it by now.</summary>
    public async Task ReleaseAsync(TimeSpan within)
    {
        if (ended.IsCancellationRequested)
            return;
        await ended.CancelAsync();
        await renewing;
        if (!lost.IsCancellationRequested)
            await LetGoAsync(within);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync(ReleaseWithin);
        ended.Dispose();
        lost.Dispose();
    }

    /// <returns>The lease once it may be taken: given back, or silent for a whole duration.</returns>
    private static async Task<JsonObject?> WatchAsync(
        ClusterConnection cluster, JsonObject found, LeaseHolder other, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        log.Information("The deploy lock is held by {Holder:l}; watching up to {Seconds} s for a sign of life", other.Sentence, Duration.TotalSeconds);
        var (since, seen) = (time.GetTimestamp(), found.Text("spec", "renewTime"));
        while (time.GetElapsedTime(since) < Duration)
        {
            await Task.Delay(LookEvery, time, cancellation);
            var now = await cluster.FindAsync(Resource.Leases, Name, cancellation);
            if (now is null || LeaseHolder.In(now) is not { } holder)
                return now;
            if (now.Text("spec", "renewTime") != seen || Turn(now) != Turn(found))
                throw Held(holder, now);
            found = now;
        }

        return found;
    }

    private static FailureException Held(LeaseHolder? other, JsonObject? found) => FailureException.Refused(
        $"Another run holds the deploy lock: {other?.Sentence ?? "unknown"}, since {found.Text("spec", "acquireTime")}. Wait for it to end, or look with ./build.sh Status. A lock whose run died is taken over after {Duration.TotalSeconds} seconds without a sign of life.");

    // One holder's hold, from taking the lease to letting it go.
    private static string? Turn(JsonObject lease) => $"{lease.Text("spec", "leaseTransitions")} {lease.Text("spec", "holderIdentity")}";

    private static JsonObject Wanted(LeaseHolder holder, TimeProvider time, JsonObject? found)
    {
        var metadata = new JsonObject { ["name"] = Name };
        if (found is not null)
            metadata["resourceVersion"] = found.Text("metadata", "resourceVersion");
        metadata["annotations"] = holder.Annotations();
        var now = Timestamp(time);
        return new JsonObject
        {
            ["apiVersion"] = Resource.Leases.ApiVersion,
            ["kind"] = Resource.Leases.Kind,
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = holder.Identity,
                ["leaseDurationSeconds"] = (int)Duration.TotalSeconds,
                ["acquireTime"] = now,
                ["renewTime"] = now,
                ["leaseTransitions"] = found.Number("spec", "leaseTransitions") + 1,
            },
        };
    }

    // MicroTime of the API: six digits, no more and no fewer.
    private static string Timestamp(TimeProvider time) => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private async Task RenewAsync(ILogger log)
    {
        var renewed = time.GetTimestamp();
        var pause = RenewEvery;
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(pause, time, ended.Token);
                var asked = time.GetTimestamp();
                await WriteRenewalAsync(GiveUpAfter - time.GetElapsedTime(renewed, asked));
                (renewed, pause) = (asked, RenewEvery);
            }
            catch (Exception e) when (e is FailureException or OperationCanceledException && ended.IsCancellationRequested)
            {
                return;
            }
            catch (FailureException e) when (e is not ClusterRequestException { IsConflict: true } && time.GetElapsedTime(renewed) < GiveUpAfter)
            {
                log.Warning("The deploy lock could not be renewed, trying again: {Why:l}", e.Message);
                pause = LookEvery;
            }
            catch (Exception e) when (e is FailureException or OperationCanceledException)
            {
                log.Error("The deploy lock was lost: {Why:l}", e is FailureException ? e.Message : $"it could not be renewed for {GiveUpAfter.TotalSeconds} seconds");
                await lost.CancelAsync();
                return;
            }
        }
    }

    private async Task WriteRenewalAsync(TimeSpan left)
    {
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, limit.Token);
        lease["spec"]!["renewTime"] = Timestamp(time);
        lease = await WriteAsync(either.Token);
    }

    private async Task LetGoAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within, time);
        lease["spec"]!["holderIdentity"] = "";
        (lease["metadata"] as JsonObject)!.Remove("annotations");
        try
        {
            await WriteAsync(limit.Token);
        }
        catch (Exception e) when (e is FailureException or OperationCanceledException)
        {
            // It expires by itself; nothing that the run did depends on it any more.
        }
    }

    // A renewal whose answer was lost changes the version too: only another holder is a lost lease.
    private async Task<JsonObject> WriteAsync(CancellationToken cancellation)
    {
        try
        {
            return await cluster.ReplaceAsync(Resource.Leases, lease, cancellation);
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            var found = await cluster.FindAsync(Resource.Leases, Name, cancellation);
            if (found is null || Turn(found) != turn)
                throw;
            lease["metadata"]!["resourceVersion"] = found.Text("metadata", "resourceVersion");
            return await cluster.ReplaceAsync(Resource.Leases, lease, cancellation);
        }
    }
}

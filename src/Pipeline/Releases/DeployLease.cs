using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Serilog;

namespace Pipeline.Releases;

/// <summary>
/// The deploy lock of an environment: a Lease in its namespace, renewed while its holder works. A holder that died stops renewing, and the
/// next run takes over once it has itself seen no renewal for a whole duration: no clock of another machine is believed.
/// </summary>
internal sealed class DeployLease : IAsyncDisposable
{
    public const string Name = "pipeline-deploy";
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(4);
    private readonly ClusterConnection cluster;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource ended = new();
    private readonly CancellationTokenSource lost = new();
    private JsonObject lease;
    private Task renewing = Task.CompletedTask;

    private DeployLease(ClusterConnection cluster, TimeProvider time, JsonObject lease)
    {
        this.cluster = cluster;
        this.time = time;
        this.lease = lease;
    }

    /// <summary>Cancelled when another run took the lease: whatever this run wanted to do next, it must not.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Takes the lease, or refuses with a sentence about who holds it.</summary>
    public static async Task<DeployLease> AcquireAsync(
        ClusterConnection cluster, LeaseHolder holder, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var found = await cluster.FindAsync(Resource.Leases, Name, cancellation);
        if (found is not null && LeaseHolder.In(found) is { } other && !other.IsGoneFrom(holder))
            await WaitForExpiryAsync(cluster, found, other, time, log, cancellation);
        var wanted = Wanted(holder, time, found);
        try
        {
            var taken = found is null
                ? await cluster.CreateAsync(Resource.Leases, wanted, cancellation)
                : await cluster.ReplaceAsync(Resource.Leases, wanted, cancellation);
            var lease = new DeployLease(cluster, time, taken);
            lease.renewing = lease.RenewAsync(log);
            return lease;
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            var winner = await cluster.FindAsync(Resource.Leases, Name, cancellation);
            throw Held(winner is null ? null : LeaseHolder.In(winner), winner);
        }
    }

    /// <summary>Stops renewing and lets go, unless somebody else holds it by now.</summary>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await renewing;
        if (!lost.IsCancellationRequested)
            await ReleaseAsync();
        ended.Dispose();
        lost.Dispose();
    }

    private static async Task WaitForExpiryAsync(
        ClusterConnection cluster, JsonObject found, LeaseHolder other, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var renewed = found.Text("spec", "renewTime");
        var age = time.GetUtcNow() - (DateTimeOffset.TryParse(renewed, CultureInfo.InvariantCulture, out var at) ? at : DateTimeOffset.MinValue);
        if (age < Duration)
            throw Held(other, found);
        log.Information("The deploy lock is held by {Holder}, last renewed {Renewed}; watching {Seconds} s for a sign of life", other.Sentence, renewed, Duration.TotalSeconds);
        await Task.Delay(Duration, time, cancellation);
        var now = await cluster.FindAsync(Resource.Leases, Name, cancellation);
        if (now is not null && now.Text("metadata", "resourceVersion") != found.Text("metadata", "resourceVersion"))
            throw Held(LeaseHolder.In(now), now);
        log.Warning("The deploy lock of {Holder} expired; taking it over", other.Sentence);
    }

    private static FailureException Held(LeaseHolder? other, JsonObject? found) => FailureException.Refused(
        $"Another run holds the deploy lock: {other?.Sentence ?? "unknown"}, since {found.Text("spec", "acquireTime")}. Wait for it to end, or look with ./build.sh Status. A lock whose run died is taken over {Duration.TotalSeconds} seconds after its last renewal.");

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
        var lastRenewal = time.GetTimestamp();
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(RenewEvery, time, ended.Token);
                lease["spec"]!["renewTime"] = Timestamp(time);
                lease = await cluster.ReplaceAsync(Resource.Leases, lease, ended.Token);
                lastRenewal = time.GetTimestamp();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (FailureException e) when (e is ClusterRequestException { IsConflict: true } || time.GetElapsedTime(lastRenewal) > Duration)
            {
                log.Error("The deploy lock was lost: {Why}", e.Message);
                await lost.CancelAsync();
                return;
            }
            catch (FailureException e)
            {
                log.Warning("The deploy lock could not be renewed, trying again: {Why}", e.Message);
            }
        }
    }

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        lease["spec"]!["holderIdentity"] = "";
        (lease["metadata"] as JsonObject)!.Remove("annotations");
        try
        {
            await cluster.ReplaceAsync(Resource.Leases, lease, limit.Token);
        }
        catch (Exception e) when (e is FailureException or OperationCanceledException)
        {
            // It expires by itself; nothing that the run did depends on it any more.
        }
    }
}

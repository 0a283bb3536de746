using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Serilog;

namespace Pipeline.Leases;

/// <summary>
/// The deploy lock of an environment while this run holds it: a Lease in its namespace, renewed while its holder works. A holder that cannot
/// renew gives up well before anybody else may take over. It is asked before every request of the run, because a process that was suspended
/// goes on where it was.
/// </summary>
internal sealed class DeployLease : IAsyncDisposable
{
    /// <summary>How long after its last renewal a holder still sends requests.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(5);
    private readonly ClusterConnection cluster;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly SemaphoreSlim oneRenewal = new(1);
    private readonly CancellationTokenSource ended = new();
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource asked = new();
    private readonly string turn;
    private readonly Task renewing;
    private JsonObject lease;
    private volatile LastProof proof;

    /// <param name="cluster">Not behind the run's gate.</param>
    /// <param name="taken">The lease as the server stored it.</param>
    /// <param name="proof">Before it was asked for.</param>
    /// <param name="takenFrom">See <see cref="TakenFrom"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The run's log.</param>
    public DeployLease(ClusterConnection cluster, JsonObject taken, LastProof proof, string? takenFrom, TimeProvider time, ILogger log)
    {
        (this.cluster, lease, this.proof, TakenFrom, this.time, this.log) = (cluster, taken, proof, takenFrom, time, log);
        turn = LeaseObject.Turn(taken);
        renewing = KeepRenewingAsync();
    }

    /// <summary>Cancelled when this run no longer holds the lease: whatever it wanted to do next, it must not.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Why it is lost, as a sentence for the person; null while it is not.</summary>
    public string? Loss { get; private set; }

    /// <summary>Cancelled when another run asks this one to end.</summary>
    public CancellationToken Asked => asked.Token;

    /// <summary>Who asked this run to end, and why; null while nobody did.</summary>
    public string? AskedBy { get; private set; }

    /// <summary>Whose lease this was before, or who freed it by hand; null when it was simply free.</summary>
    public string? TakenFrom { get; }

    /// <summary>Returns while it is certain that this run holds the lease; asks the server when it is not.</summary>
    /// <exception cref="FailureException">It is lost, or the server did not say.</exception>
    public async ValueTask ProveAsync(CancellationToken cancellation)
    {
        while (Loss is null && proof.PossibleAge(time) >= GiveUpAfter)
            if (proof.Age(time) >= GiveUpAfter)
                await LoseAsync(Expired);
            else
                await RenewAsync(cancellation);
        if (Loss is { } why)
            throw new FailureException(why, ExitCode.Failed);
    }

    /// <summary>Stops renewing and lets go within a time, unless somebody else holds it by now.</summary>
    /// <param name="within">How long it may take.</param>
    /// <param name="note">What stays written on it, for the next holder's record.</param>
    public async Task ReleaseAsync(TimeSpan within, string? note = null)
    {
        if (ended.IsCancellationRequested)
            return;
        await ended.CancelAsync();
        await renewing;
        if (!lost.IsCancellationRequested)
            await LetGoAsync(within, note);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync(ReleaseWithin);
        ended.Dispose();
        lost.Dispose();
        asked.Dispose();
        oneRenewal.Dispose();
    }

    private static string Expired => $"Stopped: this run no longer holds the deploy lock, which it could not renew for {GiveUpAfter.TotalSeconds} seconds: the cluster did not answer, or the process was suspended. What was done stays; look with ./build.sh Status.";

    private async Task KeepRenewingAsync()
    {
        var pause = RenewEvery;
        while (Loss is null)
        {
            try
            {
                await Task.Delay(pause, time, ended.Token);
                if (proof.Age(time) < GiveUpAfter)
                    await RenewAsync(ended.Token);
                else
                    await LoseAsync(Expired);
                pause = RenewEvery;
            }
#pragma warning disable CA1031 // Whatever it is: a lock that nobody renews is lost in silence.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (ended.IsCancellationRequested)
                    return;
                log.Warning("The deploy lock could not be renewed, trying again: {Why:l}", e is FailureException ? e.Message : $"{e.GetType().Name}: {e.Message}");
                pause = TryAgainAfter;
            }
        }
    }

    // By the loop, and by whoever cannot wait for it.
    private async Task RenewAsync(CancellationToken cancellation)
    {
        await oneRenewal.WaitAsync(cancellation);
        try
        {
            var now = LastProof.Now(time);
            using var limit = new CancellationTokenSource(Positive(GiveUpAfter - proof.Age(time)), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
            try
            {
                lease["spec"]!["renewTime"] = LeaseObject.Timestamp(time);
                lease = await WriteAsync(either.Token);
                proof = now;
            }
            catch (ClusterRequestException e) when (e.IsConflict)
            {
                await LoseAsync("Stopped: another run took the deploy lock. What was done stays; look with ./build.sh Status.");
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                await LoseAsync(Expired);
            }
        }
        finally
        {
            oneRenewal.Release();
        }
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.FromMilliseconds(1);

    private async Task LoseAsync(string why)
    {
        if (Loss is not null)
            return;
        Loss = why;
        log.Error("{Why:l}", why);
        await lost.CancelAsync();
    }

    private async Task LetGoAsync(TimeSpan within, string? note)
    {
        using var limit = new CancellationTokenSource(within, time);
        try
        {
            lease["spec"]!["holderIdentity"] = "";
            lease["metadata"]!["annotations"] = note is null ? [] : new JsonObject { [LeaseObject.Freed] = note };
            await WriteAsync(limit.Token);
        }
#pragma warning disable CA1031 // The run is over, whatever becomes of this.
        catch (Exception)
#pragma warning restore CA1031
        {
            // It expires by itself; nothing that the run did depends on it any more.
        }
    }

    // A renewal whose answer was lost changes the version too: only another holder is a lost lease.
    private async Task<JsonObject> WriteAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await cluster.ReplaceAsync(Resource.Leases, lease, cancellation);
            }
            catch (ClusterRequestException e) when (e.IsConflict)
            {
                var found = await cluster.FindAsync(Resource.Leases, LeaseObject.Name, cancellation);
                if (found is null || LeaseObject.Turn(found) != turn)
                    throw;
                lease["metadata"]!["resourceVersion"] = found.Text("metadata", "resourceVersion");
                if (found.At("metadata", "annotations").Text(LeaseObject.Asked) is { } by)
                    await HearAsync(by);
            }
        }
    }

    private async Task HearAsync(string by)
    {
        AskedBy = by;
        await asked.CancelAsync();
    }
}

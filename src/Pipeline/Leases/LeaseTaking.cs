using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Serilog;

namespace Pipeline.Leases;

/// <summary>
/// How a run gets the deploy lock. A holder that died stops renewing, and is followed once this run has itself seen no renewal for a whole
/// duration: no clock of another machine is believed.
/// </summary>
internal sealed class LeaseTaking(ClusterConnection cluster, LeaseHolder holder, LeaseWish wish, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TidyWithin = TimeSpan.FromSeconds(2);
    private readonly LeaseWaiting waiting = new(wish, time, log);

    // The hold for which it was decided whether its holder is asked to end; then who was, by whom and why.
    private string? decidedFor;
    private string? overtaken;
    private bool isByForce;

    /// <summary>Takes the lease.</summary>
    /// <exception cref="FailureException">Somebody else holds it, for longer than this run wants to wait.</exception>
    public async Task<DeployLease> TakeAsync(CancellationToken cancellation)
    {
        var found = await FindAsync(cancellation);
        while (true)
        {
            if (Other(found) is { } other && !other.IsGoneFrom(holder))
                found = await WatchAsync(found!, other, cancellation);
            if (await TryTakeAsync(found, cancellation) is { } lease)
                return await SettledAsync(lease, cancellation);
            found = await FindAsync(cancellation);
            if (Other(found) is { } winner && !await AskToEndAsync(found!, winner, cancellation))
                waiting.RefuseUnlessPatient(winner, found!);
        }
    }

    private Task<JsonObject?> FindAsync(CancellationToken cancellation) => cluster.FindAsync(Resource.Leases, LeaseObject.Name, cancellation);

    private static LeaseHolder? Other(JsonObject? found) => found is null ? null : LeaseHolder.In(found);

    /// <returns>The lease once it may be taken: given back, silent for a whole duration, or held by a run that was asked to end and does not.</returns>
    private async Task<JsonObject?> WatchAsync(JsonObject found, LeaseHolder other, CancellationToken cancellation)
    {
        var isAsked = await AskToEndAsync(found, other, cancellation);
        waiting.Begin(found, other, isAsked);
        var (turn, asked, since, seen) = (LeaseObject.Turn(found), time.GetTimestamp(), time.GetTimestamp(), LeaseObject.SignOfLife(found));
        while (time.GetElapsedTime(since) < LeaseObject.Duration)
        {
            await Task.Delay(LookEvery, time, cancellation);
            var now = await FindAsync(cancellation);
            if (Other(now) is not { } present)
                return now;
            found = now!;
            waiting.Show(present);
            if (LeaseObject.SignOfLife(found) == seen)
                continue;
            // Only the hold that a person meant is ended; for the next one they decide again.
            isAsked = await AskToEndAsync(found, present, cancellation);
            if (!isAsked)
                waiting.RefuseUnlessPatient(present, found);
            if (LeaseObject.Turn(found) != turn)
                return await WatchAsync(found, present, cancellation);
            isByForce = isAsked && time.GetElapsedTime(asked) >= LeaseObject.Duration;
            if (isByForce)
                return found;
            (since, seen) = (time.GetTimestamp(), LeaseObject.SignOfLife(found));
        }

        return found;
    }

    // The holder reads it with its next renewal, stops as if by Ctrl-C, and lets go: then nothing of it is under way any more.
    private async Task<bool> AskToEndAsync(JsonObject found, LeaseHolder other, CancellationToken cancellation)
    {
        if (decidedFor == LeaseObject.Turn(found))
            return overtaken is not null;
        decidedFor = LeaseObject.Turn(found);
        overtaken = null;
        if (wish.TakeOver(LeaseWaiting.Held(other, found)) is not { } reason)
            return false;
        overtaken = $"{other.Sentence}, ended by {holder.Sentence}: {reason}";
        log.Warning("Asking {Holder:l} to end: {Reason:l}", other.Sentence, reason);
        await WriteRequestAsync(found, $"{holder.Sentence}: {reason}", cancellation);
        return true;
    }

    private async Task WriteRequestAsync(JsonObject found, string request, CancellationToken cancellation)
    {
        for (JsonObject? asked = found; asked is not null && LeaseObject.Turn(asked) == LeaseObject.Turn(found); asked = await FindAsync(cancellation))
        {
            var wanted = (JsonObject)asked.DeepClone();
            if (wanted["metadata"]!["annotations"] is not JsonObject)
                wanted["metadata"]!["annotations"] = new JsonObject();
            wanted["metadata"]!["annotations"]![LeaseObject.Asked] = request;
            try
            {
                await cluster.ReplaceAsync(Resource.Leases, wanted, cancellation);
                return;
            }
            catch (ClusterRequestException e) when (e.IsConflict)
            {
                // Renewed in this moment.
            }
        }
    }

    private async Task<DeployLease?> TryTakeAsync(JsonObject? found, CancellationToken cancellation)
    {
        var takenFrom = overtaken ?? Other(found)?.Sentence ?? found.At("metadata", "annotations").Text(LeaseObject.Freed);
        var (proof, wanted) = (LastProof.Now(time), LeaseObject.Wanted(holder, time, found));
        try
        {
            var taken = await WriteAsync(wanted, isNew: found is null, cancellation);
            if (takenFrom is not null)
                log.Warning("The deploy lock is taken over from {Holder:l}", takenFrom);
            return new DeployLease(cluster, taken, proof, takenFrom, time, log);
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            return null;
        }
        catch (Exception e) when (e is OperationCanceledException or FailureException)
        {
            await TidyAsync(wanted);
            throw;
        }
    }

    // A request whose answer was lost is sent again, and then meets itself.
    private async Task<JsonObject> WriteAsync(JsonObject wanted, bool isNew, CancellationToken cancellation)
    {
        try
        {
            return isNew ? await cluster.CreateAsync(Resource.Leases, wanted, cancellation) : await cluster.ReplaceAsync(Resource.Leases, wanted, cancellation);
        }
        catch (ClusterRequestException e) when (e.IsConflict)
        {
            if (await FindAsync(cancellation) is { } stored && IsOurs(stored, wanted))
                return stored;
            throw;
        }
    }

    // The server may have stored what this run stopped waiting for; nobody would renew it, and the next run would watch it for nothing.
    private async Task TidyAsync(JsonObject wanted)
    {
        using var limit = new CancellationTokenSource(TidyWithin, time);
        try
        {
            if (await FindAsync(limit.Token) is { } stored && IsOurs(stored, wanted))
                await new DeployLease(cluster, stored, LastProof.Now(time), null, time, log).DisposeAsync();
        }
        catch (Exception e) when (e is FailureException or OperationCanceledException)
        {
            log.Debug("Whether the deploy lock was taken is not known: {Why:l}", e.Message);
        }
    }

    private bool IsOurs(JsonObject stored, JsonObject wanted) =>
        LeaseObject.Turn(stored) == LeaseObject.Turn(wanted) && LeaseHolder.In(stored) == holder;

    // A run that did not hear, or does not end, stops by itself when it can no longer renew.
    private async Task<DeployLease> SettledAsync(DeployLease lease, CancellationToken cancellation)
    {
        if (!isByForce)
            return lease;
        log.Warning("That run did not end when it was asked to; waiting {Seconds} s until it can send no more requests", DeployLease.GiveUpAfter.TotalSeconds);
        try
        {
            await Task.Delay(DeployLease.GiveUpAfter, time, cancellation);
            return lease;
        }
        catch (OperationCanceledException)
        {
            await lease.DisposeAsync();
            throw;
        }
    }
}

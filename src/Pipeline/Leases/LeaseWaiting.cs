using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Errors;
using Pipeline.Output;
using Pipeline.Settings;
using Serilog;

namespace Pipeline.Leases;

/// <summary>How long a run waits for the deploy lock, and what it says meanwhile.</summary>
internal sealed class LeaseWaiting(LeaseWish wish, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(30);
    private long? began;
    private TimeSpan said;

    private TimeSpan Waited => began is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Who holds the lock, and since when.</summary>
    public static string Held(LeaseHolder other, JsonObject found) =>
        $"Another run holds the deploy lock: {other.Sentence}, since {found.Text("spec", "acquireTime")}";

    /// <summary>Says who is waited for, and for what.</summary>
    public void Begin(JsonObject found, LeaseHolder other, bool isAsked)
    {
        began ??= time.GetTimestamp();
        var limit = isAsked || wish.Wait == TimeSpan.Zero
            ? $"watching up to {LeaseObject.Duration.TotalSeconds} s for {(isAsked ? "its end" : "a sign of life")}"
            : $"waiting up to {DurationText.Of(wish.Wait)}";
        log.Information("{Holder:l}; {Limit:l}", Held(other, found), limit);
    }

    /// <summary>Shows the waiting on a terminal, and says it in a line now and then.</summary>
    public void Show(LeaseHolder other)
    {
        if (wish.Wait == TimeSpan.Zero)
            return;
        var waited = Waited;
        log.Progress("lock", $"Waiting for {other.Sentence}", (long)Math.Min(waited.TotalSeconds, wish.Wait.TotalSeconds), (long)wish.Wait.TotalSeconds, "seconds");
        if (waited - said < SayEvery)
            return;
        said = waited;
        log.Information("Waiting for the deploy lock for {Waited:l} of {Limit:l}: {Holder:l} holds it", DurationText.Of(TimeSpan.FromSeconds((long)waited.TotalSeconds)), DurationText.Of(wish.Wait), other.Sentence);
    }

    /// <summary>Ends the wait for a holder that is at work, once it has lasted long enough.</summary>
    /// <exception cref="FailureException">It has.</exception>
    public void RefuseUnlessPatient(LeaseHolder other, JsonObject found)
    {
        if (Waited < wish.Wait)
            return;
        var waited = wish.Wait > TimeSpan.Zero ? $" Waited {DurationText.Of(wish.Wait)} for it." : "";
        throw FailureException.Refused($"{Held(other, found)}.{waited} Wait for its end with --lock-wait 10m, end it with ./build.sh Unlock --reason TEXT, in an incident go back over it with ./build.sh Rollback --take-over --reason TEXT, or look with ./build.sh Status. A lock whose run died is taken over after {LeaseObject.Duration.TotalSeconds} seconds without a sign of life.");
    }
}

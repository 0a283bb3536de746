namespace Pipeline.Sandbox.Nodes;

/// <summary>Pauses of 10 s, 20 s, 40 s … up to 5 minutes, as a kubelet makes them between restarts and between pulls.</summary>
internal sealed class BackOff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private TimeSpan next = TimeSpan.Zero;
    private long? last;

    /// <summary>The pause after one more failure.</summary>
    /// <param name="isFirstFree">True when the first failure is followed at once by another attempt, as a crash is.</param>
    /// <param name="ran">How long it went well before.</param>
    public TimeSpan Next(bool isFirstFree, TimeSpan ran)
    {
        // Twice the longest pause without a failure, and all is forgotten.
        if (last is null || ran > 2 * Longest || time.GetElapsedTime(last.Value) > 2 * Longest)
            next = isFirstFree ? TimeSpan.Zero : First;
        var now = next;
        last = time.GetTimestamp();
        next = now == TimeSpan.Zero ? First : now * 2 < Longest ? now * 2 : Longest;
        return now;
    }

    /// <summary>As Go prints durations, and so the kubelet: <c>10s</c>, <c>1m20s</c>, <c>5m0s</c>.</summary>
    public static string Text(TimeSpan pause) =>
        pause < TimeSpan.FromMinutes(1) ? $"{pause.TotalSeconds:0}s" : $"{(int)pause.TotalMinutes}m{pause.Seconds}s";
}

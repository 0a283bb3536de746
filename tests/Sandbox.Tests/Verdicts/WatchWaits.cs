using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;

namespace Sandbox.Tests.Verdicts;

/// <summary>Hears from the watch's own log when it waits: up to where it has taken the cluster in, and how long it means to wait.</summary>
/// <param name="time">The watch's clock.</param>
internal sealed class WatchWaits(TimeProvider time) : ILogEventSink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Channel<WatchWait> waits = Channel.CreateUnbounded<WatchWait>();
    private WatchWait now = new(new Dictionary<string, long>(), long.MaxValue);

    /// <summary>Waits, without a sleep, until the watch waits as asked; false when its work is over before.</summary>
    /// <param name="isAsked">What is asked of a wait.</param>
    /// <param name="watching">The watch's work.</param>
    public async Task<bool> UntilAsync(Func<WatchWait, bool> isAsked, Task watching)
    {
        while (!isAsked(Now))
        {
            var next = waits.Reader.ReadAsync().AsTask();
            if (await Task.WhenAny(next, watching).WaitAsync(Patience) == watching)
                return false;
            now = await next;
        }

        return !watching.IsCompleted;
    }

    /// <summary>How the watch waits.</summary>
    public WatchWait Now
    {
        get
        {
            while (waits.Reader.TryRead(out var newer))
                now = newer;
            return now;
        }
    }

    // Known: deployments 12, events 9, pods 15, replicasets 14; waiting for changes, for at most 00:00:30
    public void Emit(LogEvent logEvent)
    {
        if (!logEvent.Properties.TryGetValue("Versions", out var versions) || !logEvent.Properties.TryGetValue("Limit", out var limit))
            return;
        var known = ((string)((ScalarValue)versions).Value!).Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(k => k.Split(' ')).ToDictionary(k => k[0], k => long.Parse(k[1]));
        waits.Writer.TryWrite(new WatchWait(known, time.GetTimestamp() + ((TimeSpan)((ScalarValue)limit).Value!).Ticks));
    }
}

/// <summary>How a watch waits.</summary>
/// <param name="Known">By kind, the cluster's counter up to which it has taken in everything.</param>
/// <param name="Until">When it looks again even if nothing changes, by its clock.</param>
internal sealed record WatchWait(IReadOnlyDictionary<string, long> Known, long Until)
{
    /// <summary>True when it has taken in a kind up to there.</summary>
    public bool Knows(string kind, long version) => Known.GetValueOrDefault(kind) >= version;
}

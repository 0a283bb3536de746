using Pipeline.Cluster;

namespace Sandbox.Tests.Verdicts.Live;

/// <summary>Runs every live situation once, several at a time, however many tests ask.</summary>
public sealed class LiveBed : IAsyncLifetime
{
    // More of them on one node only wait for its kubelet, and make it late for what is timed.
    private readonly SemaphoreSlim room = new(5);
    private IReadOnlyDictionary<string, Task<(LiveVerdict Verdict, string Text)>> running = new Dictionary<string, Task<(LiveVerdict, string)>>();

    /// <summary>What came of a situation.</summary>
    internal Task<(LiveVerdict Verdict, string Text)> OfAsync(string name) => running[name];

    /// <inheritdoc />
    public Task InitializeAsync()
    {
        if (LiveCluster.IsThere)
            running = LiveSituation.All.OrderBy(s => s.Plan.Number("live", "last")).ToDictionary(s => s.Name, RunAsync);
        return Task.CompletedTask;
    }

    /// <summary>Keeps the figures where they are asked for.</summary>
    public async Task DisposeAsync()
    {
        await Task.WhenAll(running.Values);
        if (running.Count > 0 && Environment.GetEnvironmentVariable("VERDICTS_MEASURE") == "1")
            await LiveVerdict.KeepAsync(new SortedDictionary<string, LiveVerdict>(running.ToDictionary(r => r.Key, r => r.Value.Result.Verdict), StringComparer.Ordinal));
        room.Dispose();
    }

    private async Task<(LiveVerdict Verdict, string Text)> RunAsync(LiveSituation situation)
    {
        await room.WaitAsync();
        try
        {
            return await situation.RunAsync();
        }
        finally
        {
            room.Release();
        }
    }
}

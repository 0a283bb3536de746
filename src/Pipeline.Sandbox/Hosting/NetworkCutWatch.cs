using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Hosting;

/// <summary>Lets the network be cut when it hurts most: as a rollout begins, right after the Deployment was written.</summary>
internal sealed class NetworkCutWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly Task watching;

    public NetworkCutWatch(ClusterStore store, NetworkCut network) => watching = Task.Run(() => WatchAsync(store, network), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await watching;
        over.Dispose();
    }

    private async Task WatchAsync(ClusterStore store, NetworkCut network)
    {
        var generations = new Dictionary<string, long?>();
        while (!over.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in store.WatchAsync(ResourceKind.Deployments, store.List(ResourceKind.Deployments).Version, over.Token))
                {
                    var generation = change.Object.Content.Number("metadata", "generation");
                    if (generations.GetValueOrDefault(change.Object.Name) != generation)
                        network.Strike();
                    generations[change.Object.Name] = generation;
                }
            }
            catch (OperationCanceledException)
            {
            }
            catch (ApiException e) when (e.Reason is "Expired")
            {
                // So much happened between the list and the watch that it starts anew.
            }
        }
    }
}

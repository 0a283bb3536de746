using System.Threading.Channels;

namespace Pipeline.Sandbox.Cluster;

/// <summary>One watcher's changes of a kind, in order. Whatever the store had committed when its version was read is in here already.</summary>
/// <param name="changes">What is not read yet.</param>
/// <param name="end">Takes the watcher off the store's list.</param>
internal sealed class StoreWatch(ChannelReader<StoreChange> changes, Action end) : IDisposable
{
    /// <summary>The changes that are not read yet; without end.</summary>
    public ChannelReader<StoreChange> Changes => changes;

    public void Dispose() => end();
}

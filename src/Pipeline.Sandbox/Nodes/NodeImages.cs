using System.Collections.Concurrent;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Nodes;

/// <summary>The images on a node.</summary>
internal sealed class NodeImages(PullImage pull) : IDisposable
{
    private readonly ConcurrentDictionary<string, ContainerImage> present = [];
    // A kubelet pulls one image at a time, so two hundred pods ask the registry once.
    private readonly SemaphoreSlim turn = new(1);

    public ContainerImage? Find(string reference) => present.GetValueOrDefault(reference);

    /// <summary>Waits for its turn and pulls.</summary>
    /// <param name="reference">The image as the pod names it.</param>
    /// <param name="isPresentEnough">True to take one that came in the meantime.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ImagePullException">It cannot be had.</exception>
    public async Task<ContainerImage> PullAsync(string reference, bool isPresentEnough, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return isPresentEnough && Find(reference) is { } found ? found : present[reference] = await pull(reference, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => turn.Dispose();
}

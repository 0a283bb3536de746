using Pipeline.Cluster;
using Pipeline.Sandbox.Cluster;

namespace Pipeline.Sandbox.Nodes;

/// <summary>Waits for the Secrets and ConfigMaps that a pod mounts.</summary>
internal sealed class VolumeCheck(PodWorker pod, NodeParts node)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(122);
    private const int SecretIsLate = 15;

    /// <summary>Returns once all are there.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        for (var pause = FirstRetry; ; pause = pause * 2 < LastRetry ? pause * 2 : LastRetry)
        {
            if (Missing() is not { } missing)
                return;
            node.Events.Warning(pod.Pod, "FailedMount", missing);
            await Task.Delay(pause, node.Time, cancellation);
        }
    }

    private string? Missing()
    {
        var source = new ContainerEnvironment(node.Store, pod.Pod.Content, pod.Ip, _ => node.Faults.Lasts(pod.Pod, "secret-late", SecretIsLate));
        // What no container mounts is not looked at.
        var mounted = pod.Pod.Content.Items("spec", "containers").Concat(pod.Pod.Content.Items("spec", "initContainers"))
            .SelectMany(c => c.Items("volumeMounts")).Select(m => m.Text("name")).ToHashSet();
        foreach (var volume in pod.Pod.Content.Items("spec", "volumes").Where(v => mounted.Contains(v.Text("name"))))
        {
            try
            {
                if (volume.At("secret") is { } secret)
                    source.Data(ResourceKind.Secrets, secret);
                if (volume.At("configMap") is { } map)
                    source.Data(ResourceKind.ConfigMaps, map);
            }
            catch (ContainerConfigException e)
            {
                return $"MountVolume.SetUp failed for volume \"{volume.Text("name")}\" : {e.Message}";
            }
        }

        return null;
    }
}

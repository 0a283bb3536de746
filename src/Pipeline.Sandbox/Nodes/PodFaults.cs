using System.Collections.Concurrent;
using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;
using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Nodes;

/// <summary>
/// Which faults a pod meets: those that were on when it was first seen and still are. Pods of a rollout meet all of them; a migration's pod
/// only its own two, for it runs first and a rehearsal of a rollout would never get further.
/// </summary>
internal sealed class PodFaults(FaultSwitch faults, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, HashSet<string>> pods = [];
    private readonly ConcurrentDictionary<Fault, DateTimeOffset> met = new(ReferenceEqualityComparer.Instance);
    private readonly DateTimeOffset started = new(time.GetUtcNow().Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    /// <summary>The fault of this name, when the pod meets it.</summary>
    public Fault? Find(StoredObject pod, string name) => Of(pod).Contains(name) ? faults.Find(name) : null;

    /// <summary>As <see cref="FaultSwitch.Strikes"/>, when the pod meets it.</summary>
    public bool Strikes(StoredObject pod, string name, int times) => Find(pod, name) is not null && faults.Strikes(name, times);

    /// <summary>True for the first so many seconds after a pod met the fault first: its argument says how many.</summary>
    public bool Lasts(StoredObject pod, string name, int seconds) =>
        Find(pod, name) is { } fault && time.GetUtcNow() - met.GetOrAdd(fault, _ => time.GetUtcNow()) < TimeSpan.FromSeconds(fault.Number(seconds));

    /// <summary>The fault of this name, for the first pod that meets it.</summary>
    public Fault? First(StoredObject pod, string name) => Find(pod, name) is { } fault && met.TryAdd(fault, time.GetUtcNow()) ? fault : null;

    /// <summary>True while the fault is on, for whatever pod.</summary>
    public bool IsOn(string name) => faults.Find(name) is not null;

    public void Forget(StoredObject pod) => pods.TryRemove(pod.Uid(), out _);

    private HashSet<string> Of(StoredObject pod) => pods.GetOrAdd(pod.Uid(), _ => NamesFor(pod));

    private HashSet<string> NamesFor(StoredObject pod)
    {
        var isOld = PodFacts.TimeOf((string?)pod.Content["metadata"]?["creationTimestamp"]) < started;
        var isRolledOut = pod.ControllerKey(ResourceKind.ReplicaSets) is not null;
        return isOld ? [] : [.. faults.Active.Select(f => f.Name).Where(n => isRolledOut || n.StartsWith("migration-", StringComparison.Ordinal))];
    }
}

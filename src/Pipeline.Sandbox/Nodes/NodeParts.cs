using Pipeline.Sandbox.Cluster;
using Pipeline.Sandbox.Controllers;

namespace Pipeline.Sandbox.Nodes;

/// <summary>What every pod of a node works with.</summary>
internal sealed record NodeParts(
    string Name, ClusterStore Store, ObjectWriter Writer, TimeProvider Time, PodFaults Faults, NodeImages Images, PodLogs Logs, PodAddresses Addresses, Prober Prober, EventRecorder Events);

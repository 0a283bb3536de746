using Pipeline.Sandbox.Faults;
using Pipeline.Sandbox.Journal;

namespace Pipeline.Sandbox.Hosting;

/// <summary>Where the sandbox's parts listen: on the ports they had, and every request counts as use.</summary>
/// <param name="ports">Their ports.</param>
/// <param name="life">What ends when nobody uses it.</param>
/// <param name="log">Hears what breaks.</param>
/// <param name="network">What lies between the pipeline and the servers.</param>
/// <param name="journal">Notes what the pipeline asks.</param>
internal sealed class Doors(RememberedPorts ports, SandboxLife life, SandboxLog log, NetworkCut network, RequestJournal journal)
{
    /// <summary>The door of a part that is reached over the network.</summary>
    public Door Of(string part) => Local(part) with { Cut = () => network.Token };

    /// <summary>The door of a part that is on the pipeline's own machine.</summary>
    public Door Local(string part) => Near(part) with { Pass = (http, handler) => journal.PassAsync(part, http, handler) };

    /// <summary>The door of a part that others than the pipeline reach: users, and who looks after the sandbox.</summary>
    public Door Near(string part) => new(ports.Of(part)) { Used = life.Used, Failed = e => log.Write(part, e) };
}

using Pipeline.Sandbox.Faults;

namespace Pipeline.Sandbox.Hosting;

/// <summary>Where the sandbox's parts listen: on the ports they had, and every request counts as use.</summary>
/// <param name="ports">Their ports.</param>
/// <param name="life">What ends when nobody uses it.</param>
/// <param name="log">Hears what breaks.</param>
/// <param name="network">What lies between the pipeline and the servers.</param>
internal sealed class Doors(RememberedPorts ports, SandboxLife life, SandboxLog log, NetworkCut network)
{
    /// <summary>The door of a part that is reached over the network.</summary>
    public Door Of(string part) => Near(part) with { Cut = () => network.Token };

    /// <summary>The door of a part that is on the pipeline's own machine, or that users reach.</summary>
    public Door Near(string part) => new(ports.Of(part)) { Used = life.Used, Failed = e => log.Write(part, e) };
}

using System.Collections.Concurrent;

namespace Pipeline.Sandbox.Faults;

/// <summary>Which faults are on. Every part asks it before it does what could go wrong.</summary>
internal sealed class FaultSwitch
{
    private readonly ConcurrentDictionary<string, Fault> active = [];
    private readonly ConcurrentDictionary<string, int> strikes = [];

    /// <summary>Called after a fault was switched on or off.</summary>
    public event Action? Changed;

    /// <summary>The faults that are on.</summary>
    public IReadOnlyCollection<Fault> Active => [.. active.Values];

    /// <summary>Switches a fault on.</summary>
    public void On(Fault fault)
    {
        strikes.TryRemove(fault.Name, out _);
        active[fault.Name] = fault;
        Changed?.Invoke();
    }

    /// <summary>Switches a fault off.</summary>
    public void Off(string name)
    {
        if (active.TryRemove(name, out _))
            Changed?.Invoke();
    }

    /// <summary>Switches all faults off.</summary>
    public void Clear()
    {
        active.Clear();
        Changed?.Invoke();
    }

    /// <summary>The fault of this name, or null while it is off.</summary>
    public Fault? Find(string name) => active.GetValueOrDefault(name);

    /// <summary>True for the first so many times that it is asked while the fault is on: its argument says how many.</summary>
    /// <param name="name">The fault's name.</param>
    /// <param name="times">How many, when the fault has no argument.</param>
    public bool Strikes(string name, int times) => Find(name) is { } fault && strikes.AddOrUpdate(name, 1, (_, n) => n + 1) <= fault.Number(times);
}

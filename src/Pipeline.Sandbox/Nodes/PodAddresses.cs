namespace Pipeline.Sandbox.Nodes;

/// <summary>Gives pods their addresses of 10.244.0.0/16.</summary>
internal sealed class PodAddresses
{
    private const int First = 2;
    private const int Last = 250 * 254;
    private readonly HashSet<int> taken = [];
    private readonly Lock gate = new();
    private int next = First;

    /// <param name="known">Those of pods from before the nodes' last start: the first to be given is beyond them.</param>
    public PodAddresses(IEnumerable<string> known)
    {
        foreach (var number in known.Select(NumberOf))
            next = Math.Max(next, number);
        if (next > First)
            Advance();
    }

    /// <summary>An address that no living pod has.</summary>
    public string Take()
    {
        lock (gate)
        {
            while (!taken.Add(next))
                Advance();
            var given = next;
            Advance();
            return $"10.244.{given / 250}.{given % 250 + 1}";
        }
    }

    /// <summary>Gives an address back.</summary>
    public void Return(string address)
    {
        lock (gate)
            taken.Remove(NumberOf(address));
    }

    private static int NumberOf(string address) => address.Split('.') is [_, _, var high, var low] ? int.Parse(high) * 250 + int.Parse(low) - 1 : 0;

    // The next in turn, not the lowest: whoever still knows a dead pod's address must not reach another pod by it.
    private void Advance() => next = next >= Last ? First : next + 1;
}

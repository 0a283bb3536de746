using System.Text.RegularExpressions;
using Pipeline.Settings;

namespace Pipeline.Preflight;

/// <summary>What an environment is meant to be made of. What is not stated is not compared.</summary>
public sealed partial record Expectations
{
    /// <summary>How many control plane nodes are ready. A managed cluster shows none.</summary>
    /// <value>Not compared.</value>
    public string? ExpectedControlPlaneNodes { get; init; }

    /// <summary>How many worker nodes take pods.</summary>
    /// <value>Not compared.</value>
    public string? ExpectedWorkerNodes { get; init; }

    /// <summary>Processors, memory and storage of each component, as in <c>api=2/4Gi/20Gi,database=4/8Gi/100Gi,cache=2/4Gi/20Gi</c>.</summary>
    /// <value>Not compared.</value>
    public string? ExpectedResources { get; init; }

    /// <summary><see cref="ExpectedControlPlaneNodes"/> as a number; zero when it is not compared.</summary>
    internal int ControlPlaneNodes => new Faults().Number(nameof(ExpectedControlPlaneNodes), ExpectedControlPlaneNodes, 0, 0, MostNodes);

    /// <summary><see cref="ExpectedWorkerNodes"/> as a number; zero when it is not compared.</summary>
    internal int WorkerNodes => new Faults().Number(nameof(ExpectedWorkerNodes), ExpectedWorkerNodes, 0, 0, MostNodes);

    // The largest cluster that Kubernetes supports.
    private static int MostNodes => 5000;

    /// <summary>Adds a sentence for everything that is wrong.</summary>
    public void Check(Faults faults)
    {
        faults.Number(nameof(ExpectedControlPlaneNodes), ExpectedControlPlaneNodes, 0, 0, MostNodes);
        faults.Number(nameof(ExpectedWorkerNodes), ExpectedWorkerNodes, 0, 0, MostNodes);
        foreach (var part in Parts().Where(p => !Form().IsMatch(p)))
            faults.Add(nameof(ExpectedResources), $"'{part}' is no component with its resources. Write api, database or cache with processors, memory and storage, as in api=2/4Gi/20Gi.");
    }

    /// <summary>What is expected of a component; null when nothing is.</summary>
    /// <param name="component"><c>api</c>, <c>database</c> or <c>cache</c>.</param>
    internal ComponentResources? Of(string component) =>
        Parts().Select(p => Form().Match(p)).Where(m => m.Success && m.Groups["name"].Value == component)
            .Select(m => new ComponentResources(m.Groups["cpu"].Value, m.Groups["memory"].Value, m.Groups["storage"].Value)).LastOrDefault();

    private string[] Parts() => (ExpectedResources ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\A(?<name>api|database|cache)=(?<cpu>\d+(\.\d+)?m?)/(?<memory>\d+[KMGT]i?)/(?<storage>\d+[KMGT]i?)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}

/// <summary>What a component is meant to have, as Kubernetes writes amounts.</summary>
/// <param name="Cpu">Processors, as in <c>2</c> or <c>500m</c>.</param>
/// <param name="Memory">As in <c>4Gi</c> or <c>4G</c>.</param>
/// <param name="Storage">As in <c>20Gi</c>.</param>
internal sealed record ComponentResources(string Cpu, string Memory, string Storage)
{
    /// <summary>As in <c>2 cores, 4Gi memory, 20Gi storage</c>.</summary>
    public override string ToString() => $"{Cpu} cores, {Memory} memory, {Storage} storage";
}

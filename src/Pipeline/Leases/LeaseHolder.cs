using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Releases;

namespace Pipeline.Leases;

/// <summary>Who holds the deploy lock, from where, and for what.</summary>
/// <param name="Who">User and host, or the CI run's address and host.</param>
/// <param name="Why">What the run does, as in "Deploy of 1.4.2".</param>
/// <param name="Host">The machine's boot id and process namespace: a holder that shares both can be looked up by its process. Empty where unknown.</param>
/// <param name="Process">The process id on that machine.</param>
/// <param name="Start">When that process started, as <see cref="LocalProcess.StartOf"/> says it; null where unknown.</param>
internal sealed record LeaseHolder(string Who, string Why, string Host, int Process, string? Start = null)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private const string ProcessNamespace = "/proc/self/ns/pid";

    public string Identity => Process == 0 ? Who : $"{Who} #{Process.ToString(CultureInfo.InvariantCulture)}";

    public string Sentence => $"{Identity} for {Why}";

    public static LeaseHolder Current(string why) => new(
        WhoAndWhere(), why, HostIdentity(), Environment.ProcessId, LocalProcess.StartOf(Environment.ProcessId));

    public static LeaseHolder? In(JsonObject lease)
    {
        if (lease.Text("spec", "holderIdentity") is not { Length: > 0 } identity)
            return null;
        var notes = lease.At("metadata", "annotations");
        return new LeaseHolder(
            notes.Text("pipeline/who") ?? identity, notes.Text("pipeline/why") ?? "an unknown purpose",
            notes.Text("pipeline/boot") ?? "", (int)notes.Number("pipeline/process"), notes.Text("pipeline/process-start"));
    }

    public JsonObject Annotations()
    {
        var notes = new JsonObject
        {
            ["pipeline/who"] = Who,
            ["pipeline/why"] = Why,
            ["pipeline/boot"] = Host,
            ["pipeline/process"] = $"{Process}",
        };
        if (Start is not null)
            notes["pipeline/process-start"] = Start;
        return notes;
    }

    /// <summary>True when both name the same process, whatever it does.</summary>
    public bool IsSameRunAs(LeaseHolder other) => this with { Why = "" } == other with { Why = "" };

    /// <summary>True when it ran on the same boot of the same machine and its process is no more.</summary>
    public bool IsGoneFrom(LeaseHolder here) =>
        Host.Length > 0 && Host == here.Host && Process != 0 && LocalProcess.IsGone(Process, Start);

    // The address of a CI run does not say which machine to look at.
    private static string WhoAndWhere()
    {
        var who = Operator.Describe();
        return who.EndsWith($"@{Environment.MachineName}", StringComparison.Ordinal) ? who : $"{who} on {Environment.MachineName}";
    }

    // A boot id belongs to one boot of one machine. Containers share it with their host, but not its process numbers.
    private static string HostIdentity() =>
        File.Exists(BootIdFile) ? $"{File.ReadAllText(BootIdFile).Trim()} {new FileInfo(ProcessNamespace).LinkTarget}" : "";
}

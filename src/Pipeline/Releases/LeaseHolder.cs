using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Releases;

/// <summary>Who holds the deploy lock, from where, and for what.</summary>
/// <param name="Who">User and host, or the CI run's address.</param>
/// <param name="Why">What the run does, as in "Deploy of 1.4.2".</param>
/// <param name="Host">The machine's boot id and process namespace: a holder that shares both can be looked up by its process. Empty where unknown.</param>
/// <param name="Process">The process id on that machine.</param>
internal sealed record LeaseHolder(string Who, string Why, string Host, int Process)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private const string ProcessNamespace = "/proc/self/ns/pid";

    public string Identity => Process == 0 ? Who : $"{Who} #{Process.ToString(CultureInfo.InvariantCulture)}";

    public string Sentence => $"{Identity} for {Why}";

    public static LeaseHolder Current(string why) => new(
        Operator.Describe(), why, HostIdentity(), Environment.ProcessId);

    public static LeaseHolder? In(JsonObject lease)
    {
        if (lease.Text("spec", "holderIdentity") is not { Length: > 0 } identity)
            return null;
        var notes = lease.At("metadata", "annotations");
        return new LeaseHolder(
            notes.Text("pipeline/who") ?? identity, notes.Text("pipeline/why") ?? "an unknown purpose", notes.Text("pipeline/boot") ?? "", (int)notes.Number("pipeline/process"));
    }

    public JsonObject Annotations() => new()
    {
        ["pipeline/who"] = Who,
        ["pipeline/why"] = Why,
        ["pipeline/boot"] = Host,
        ["pipeline/process"] = $"{Process}",
    };

    /// <summary>True when it ran on the same boot of the same machine and its process is no more.</summary>
    public bool IsGoneFrom(LeaseHolder here)
    {
        if (Host.Length == 0 || Host != here.Host || Process == 0)
            return false;
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(Process);
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    // Containers share the boot id of their host but not its process numbers.
    private static string HostIdentity() =>
        File.Exists(BootIdFile) ? $"{File.ReadAllText(BootIdFile).Trim()} {new FileInfo(ProcessNamespace).LinkTarget}" : "";
}

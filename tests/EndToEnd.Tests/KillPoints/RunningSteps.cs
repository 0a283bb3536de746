using System.Text.Json.Nodes;
using Pipeline.Sandbox.Journal;

namespace EndToEnd.Tests.KillPoints;

/// <summary>Reads from what a run writes into its record which of its steps are at work.</summary>
internal sealed class RunningSteps
{
    private const string Record = "pipeline-release-";
    private Dictionary<string, string> states = [];

    /// <summary>The step at work; the last that was when none is, and the first when several are.</summary>
    public string Now { get; private set; } = "Preflight";

    /// <summary>True once there is a record.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Reads a write to the record.</summary>
    /// <returns>What is new in it, as in <c>the record (Migrate begins)</c>; null for another request.</returns>
    public string? Read(JournalEntry entry)
    {
        if (entry is not { Door: "cluster", Body: { Length: > 0 } body } || !body.Contains(Record, StringComparison.Ordinal) || Steps(body) is not { } now)
            return null;
        var isFirst = !IsOpen;
        IsOpen = true;
        var begun = now.Where(s => s.Value == "Running" && states.GetValueOrDefault(s.Key) != "Running").Select(s => s.Key).ToList();
        var ended = now.Where(s => s.Value == "Done" && states.GetValueOrDefault(s.Key) != "Done").Select(s => s.Key).ToList();
        states = now;
        Now = begun.LastOrDefault() ?? now.FirstOrDefault(s => s.Value == "Running").Key ?? ended.LastOrDefault() ?? Now;
        return (isFirst, begun, ended) switch
        {
            (true, _, _) => "the record (new)",
            (_, [.., var step], _) => $"the record ({step} begins)",
            (_, _, [.., var step]) => $"the record ({step} is done)",
            _ => "the record (a result)",
        };
    }

    // {"metadata":{"name":"pipeline-release-17"},"data":{"release.json":"{\"steps\":[{\"name\":\"Migrate\",\"state\":\"Running\"}]}"}}
    private static Dictionary<string, string>? Steps(string body)
    {
        var sent = JsonNode.Parse(body);
        if (sent?["metadata"]?["name"]?.GetValue<string>().StartsWith(Record, StringComparison.Ordinal) != true || sent["data"]?["release.json"] is not { } text)
            return null;
        return (JsonNode.Parse((string)text!)?["steps"]?.AsArray() ?? []).ToDictionary(s => (string)s!["name"]!, s => (string)s!["state"]!);
    }
}

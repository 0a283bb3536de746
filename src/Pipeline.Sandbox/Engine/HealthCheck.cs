using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Engine;

/// <summary>Reads HEALTHCHECK.</summary>
internal static partial class HealthCheck
{
    /// <summary>The check as configurations have it; durations in nanoseconds.</summary>
    /// <exception cref="EngineException">It makes no sense.</exception>
    public static JsonObject Parse(Instruction step)
    {
        var (type, command) = step.Arguments[0].Split(' ', 2) is [var t, var c] ? (t, c.Trim()) : (step.Arguments[0], "");
        if (type.Equals("NONE", StringComparison.OrdinalIgnoreCase))
            return new JsonObject { ["Test"] = new JsonArray("NONE") };
        if (command.Length == 0)
            throw EngineException.Failed("Missing command after HEALTHCHECK CMD");
        var check = new JsonObject { ["Test"] = Test(command) };
        foreach (var (flag, field) in new[] { ("interval", "Interval"), ("timeout", "Timeout"), ("start-period", "StartPeriod") })
            if (step.Flag(flag) is { } duration)
                check[field] = Nanoseconds(duration);
        if (step.Flag("retries") is { } retries)
            check["Retries"] = int.TryParse(retries, out var count) && count >= 0 ? count : throw EngineException.Failed($"--retries cannot be '{retries}'");
        return check;
    }

    private static JsonArray Test(string command)
    {
        try
        {
            if (command.StartsWith('[') && JsonNode.Parse(command) is JsonArray words)
                return ["CMD", .. words.Select(w => (JsonNode)$"{w}")];
        }
        catch (JsonException)
        {
            // Not a list, so it is for the shell.
        }

        return ["CMD-SHELL", command];
    }

    // 1m30s   500ms
    [GeneratedRegex(@"\A((?<number>\d+(\.\d+)?)(?<unit>ms|us|ns|h|m|s))+\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Duration();

    private static long Nanoseconds(string text)
    {
        if (Duration().Match(text) is not { Success: true } match)
            throw EngineException.Failed($"time: invalid duration \"{text}\"");
        return (long)match.Groups["number"].Captures.Zip(match.Groups["unit"].Captures, (n, u) => double.Parse(n.ValueSpan) * u.Value switch
        {
            "h" => 3600e9,
            "m" => 60e9,
            "s" => 1e9,
            "ms" => 1e6,
            "us" => 1e3,
            _ => 1,
        }).Sum();
    }
}

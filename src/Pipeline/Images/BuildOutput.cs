using System.Text;
using System.Text.RegularExpressions;
using Docker.DotNet.Models;
using Pipeline.Errors;
using Pipeline.Output;
using Serilog;

namespace Pipeline.Images;

/// <summary>
/// Reads what the engine says while it builds. The engine answers 200 before it begins, so a failure is only a message among the others.
/// </summary>
internal sealed partial class BuildOutput(string image, ILogger log) : IProgress<JSONMessage>
{
    private const int LinesKept = 20;
    private readonly StringBuilder unfinished = new();
    private readonly Queue<string> lastLines = new();
    private string step = "reading the Dockerfile";

    /// <summary>What the engine said went wrong; null while nothing did.</summary>
    public string? Error { get; private set; }

    /// <inheritdoc />
    public void Report(JSONMessage value)
    {
        if (value.Error is { } error)
            Error = error.Message ?? $"code {error.Code}";
        // Engines give the progress of a base image's layers as "status" messages.
        var text = value.Stream ?? (value.Status is { } status && value.Progress?.Current is null ? $"{value.ID} {status}\n".TrimStart() : null);
        foreach (var c in text ?? "")
            if (c is '\n' or '\r')
                EndLine();
            else
                unfinished.Append(c);
    }

    /// <summary>Ends the run when the engine reported an error.</summary>
    /// <exception cref="FailureException">The build failed: the step, its last lines, the engine's words.</exception>
    public void ThrowIfFailed()
    {
        EndLine();
        if (Error is null)
            return;
        var tail = lastLines.Count == 0 ? "" : $"\nThe step's last lines:\n  {string.Join("\n  ", lastLines)}";
        throw new FailureException($"The image '{image}' was not built: at {step}: {Error}{tail}");
    }

    // Step 4/5 : RUN pip install --no-cache-dir .
    [GeneratedRegex(@"^Step (?<done>\d+)/(?<total>\d+) : (?<what>.*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Step();

    // The engine colours what a command wrote to its standard error.
    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]")]
    private static partial Regex Colour();

    private void EndLine()
    {
        var line = Colour().Replace(unfinished.ToString(), "").TrimEnd();
        unfinished.Clear();
        if (line.Length == 0)
            return;
        log.Debug("{Line}", line);
        if (Step().Match(line) is not { Success: true } match)
        {
            lastLines.Enqueue(line);
            if (lastLines.Count > LinesKept)
                lastLines.Dequeue();
            return;
        }

        step = $"step {match.Groups["done"]}/{match.Groups["total"]} '{match.Groups["what"]}'";
        lastLines.Clear();
        log.Progress("build " + image, $"Building {image}", long.Parse(match.Groups["done"].ValueSpan), long.Parse(match.Groups["total"].ValueSpan), "steps");
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Engine;

/// <summary>The instructions that change only what an image's containers are started with.</summary>
/// <param name="stage">The stage that is being built.</param>
/// <param name="request">Has the values of build arguments.</param>
/// <param name="global">The build arguments from before the first stage.</param>
internal sealed partial class BuildSteps(BuildStage stage, BuildRequest request, IReadOnlyDictionary<string, string?> global)
{
    private static readonly string[] Signals =
        ["HUP", "INT", "QUIT", "ABRT", "KILL", "USR1", "USR2", "TERM", "STOP", "CONT", "WINCH", "ALRM", "PIPE"];

    private bool commandIsOwn;

    /// <summary>Runs one instruction.</summary>
    /// <exception cref="EngineException">It makes no sense.</exception>
    public void Run(Instruction step)
    {
        switch (step.Name)
        {
            case "ARG":
                Argument(step);
                break;
            case "ENV":
                // All values see the environment from before the instruction.
                Pairs(step).ForEach(p => stage.SetVariable(p.Name, p.Value));
                stage.RecordNop($" ENV {string.Join(' ', Pairs(step, expand: false).Select(p => $"{p.Name}={stage.Variable(p.Name)}"))}");
                break;
            case "LABEL":
                Label(Pairs(step));
                break;
            case "CMD" or "ENTRYPOINT":
                Command(step);
                break;
            case "EXPOSE":
                Expose(step);
                break;
            case "VOLUME":
                Volumes([.. step.Arguments.Select(Expand)]);
                break;
            case "HEALTHCHECK":
                stage.Settings["Healthcheck"] = HealthCheck.Parse(step);
                stage.RecordNop($" {step.Original}");
                break;
            case "SHELL":
                stage.Settings["Shell"] = BuildStage.Texts(step.Arguments);
                stage.RecordNop($" SHELL [{string.Join(' ', step.Arguments)}]");
                break;
            case "ONBUILD":
                stage.Settings["OnBuild"] = BuildStage.Texts([.. stage.Settings["OnBuild"] is JsonArray old ? old.Select(o => $"{o}") : [], step.Arguments[0]]);
                stage.RecordNop($" {step.Original}");
                break;
            case "USER":
                Set(step, "User", Expand(step.Arguments[0]));
                break;
            case "STOPSIGNAL":
                Set(step, "StopSignal", Signal(Expand(step.Arguments[0])));
                break;
            default:
                stage.RecordNop($" {step.Original}");
                break;
        }
    }

    /// <summary>A word with its variables replaced.</summary>
    public string Expand(string word) => ShellWords.Expand(word, stage.Variable);

    /// <summary>Sets labels.</summary>
    public void Label(IReadOnlyList<(string Name, string Value)> labels)
    {
        foreach (var (name, value) in labels)
            stage.Table("Labels")[name] = value;
        stage.RecordNop($" LABEL {string.Join(' ', labels.Select(l => $"{l.Name}={l.Value}"))}");
    }

    // 8080   8080/udp   8000-8010/tcp
    [GeneratedRegex(@"\A(?<from>\d+)(-(?<to>\d+))?(/(?<protocol>tcp|udp|sctp))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Port();

    private List<(string Name, string Value)> Pairs(Instruction step, bool expand = true) =>
        [.. step.Arguments.Chunk(2).Select(p => (Expand(p[0]), expand ? Expand(p[1]) : p[1]))];

    private void Argument(Instruction step)
    {
        foreach (var word in step.Arguments)
        {
            var (name, value) = word.Split('=', 2) is [var n, var v] ? (n, Expand(v)) : (word, null);
            stage.Arguments[name] = request.Arguments.GetValueOrDefault(name) ?? value ?? global.GetValueOrDefault(name);
        }

        stage.RecordNop($" {step.Original}");
    }

    private void Command(Instruction step)
    {
        var words = step.IsJson ? step.Arguments : step.Arguments.Count == 0 ? [] : [.. stage.Shell, step.Arguments[0]];
        var setting = step.Name == "CMD" ? "Cmd" : "Entrypoint";
        // An inherited command belongs to the inherited entry point.
        if (setting == "Entrypoint" && !commandIsOwn)
            stage.Settings["Cmd"] = null;
        commandIsOwn |= setting == "Cmd";
        stage.Settings[setting] = BuildStage.Texts(words);
        stage.RecordNop($" {step.Name} [{string.Join(' ', words.Select(w => JsonValue.Create(w).ToJsonString()))}]");
    }

    private void Expose(Instruction step)
    {
        var ports = step.Arguments.SelectMany(a => ShellWords.Split(Expand(a))).ToList();
        foreach (var port in ports)
        {
            if (Port().Match(port) is not { Success: true } match)
                throw EngineException.Failed($"Invalid containerPort: {port}");
            var from = int.Parse(match.Groups["from"].ValueSpan);
            var to = match.Groups["to"].Success ? int.Parse(match.Groups["to"].ValueSpan) : from;
            var protocol = match.Groups["protocol"].Success ? match.Groups["protocol"].Value : "tcp";
            for (var number = from; number <= to; number++)
                stage.Table("ExposedPorts")[$"{number}/{protocol}"] = new JsonObject();
        }

        stage.RecordNop($" EXPOSE {string.Join(' ', ports)}");
    }

    private void Volumes(IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
            stage.Table("Volumes")[folder] = new JsonObject();
        stage.RecordNop($" VOLUME [{string.Join(' ', folders)}]");
    }

    private void Set(Instruction step, string setting, string value)
    {
        stage.Settings[setting] = value;
        stage.RecordNop($" {step.Name} {value}");
    }

    private static string Signal(string text) =>
        int.TryParse(text, out var number) ? number is > 0 and <= 64 ? text : throw Unknown(text)
        : Signals.Contains(text.Replace("SIG", "", StringComparison.Ordinal)) ? text : throw Unknown(text);

    private static EngineException Unknown(string signal) => EngineException.Failed($"Invalid signal: {signal}");
}

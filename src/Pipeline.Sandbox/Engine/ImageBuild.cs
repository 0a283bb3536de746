using System.Formats.Tar;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>Builds an image, step by step, and tells about it as the classic builder does. Commands (RUN) are recorded and not run.</summary>
/// <param name="request">What is wanted.</param>
/// <param name="context">The files that the client sent.</param>
/// <param name="spool">Takes the files of images that are built upon.</param>
/// <param name="bases">Finds those images.</param>
/// <param name="images">Takes the image.</param>
/// <param name="writer">Takes the layers.</param>
/// <param name="output">Takes what is told.</param>
internal sealed class ImageBuild(
    BuildRequest request, FileTree context, Spool spool, BaseImages bases, ImageStore images, LayerWriter writer, MessageStream output)
{
    private readonly List<BuildStage> stages = [];
    private readonly OrderedDictionary<string, string?> global = [];
    private BuildSteps steps = null!;
    private bool hasSaidWhatIsNotRun;
    private int done;

    private BuildStage Stage => stages[^1];

    /// <summary>Runs the instructions.</summary>
    /// <exception cref="EngineException">A step failed.</exception>
    public async Task RunAsync(IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        var wanted = UpToTarget(instructions);
        var total = wanted.Count + (request.Labels.Count > 0 ? 1 : 0);
        foreach (var step in wanted)
        {
            if (step.Name == "FROM" && stages.Count > 0)
                await EndStageAsync(cancellation);
            await output.WriteAsync($"Step {++done}/{total} : {step.Original}", cancellation);
            await output.WriteAsync("\n", cancellation);
            await RunAsync(step, cancellation);
        }

        if (request.Labels.Count > 0)
        {
            await output.WriteAsync($"Step {total}/{total} : LABEL {string.Join(' ', request.Labels.Select(l => $"{l.Key}={l.Value}"))}", cancellation);
            await output.WriteAsync("\n", cancellation);
            steps.Label([.. request.Labels.Select(l => (l.Key, l.Value))]);
            await TellIdAsync(cancellation);
        }

        await EndAsync(cancellation);
    }

    private List<Instruction> UpToTarget(IReadOnlyList<Instruction> instructions)
    {
        if (request.Target.Length == 0)
            return [.. instructions];
        var stage = -1;
        var found = false;
        var wanted = new List<Instruction>();
        foreach (var step in instructions)
        {
            if (step.Name == "FROM")
            {
                if (found)
                    break;
                stage++;
                found = request.Target == $"{stage}" || (step.Arguments.Count == 3 && step.Arguments[2].Equals(request.Target, StringComparison.OrdinalIgnoreCase));
            }

            wanted.Add(step);
        }

        return found ? wanted : throw new EngineException(400, $"failed to reach build target {request.Target} in Dockerfile");
    }

    private async Task RunAsync(Instruction step, CancellationToken cancellation)
    {
        switch (step.Name)
        {
            case "ARG" when stages.Count == 0:
                GlobalArgument(step);
                return;
            case "FROM":
                await FromAsync(step, cancellation);
                return;
            case "RUN":
                await RecordRunAsync(step, cancellation);
                break;
            case "WORKDIR":
                await WorkFolderAsync(step, cancellation);
                break;
            case "COPY" or "ADD":
                await CopyAsync(step, cancellation);
                break;
            default:
                steps.Run(step);
                break;
        }

        await TellIdAsync(cancellation);
    }

    private void GlobalArgument(Instruction step)
    {
        foreach (var word in step.Arguments)
        {
            var (name, value) = word.Split('=', 2) is [var n, var v] ? (n, ShellWords.Expand(v, global.GetValueOrDefault)) : (word, null);
            global[name] = request.Arguments.GetValueOrDefault(name) ?? value;
        }
    }

    private async Task FromAsync(Instruction step, CancellationToken cancellation)
    {
        var from = ShellWords.Expand(step.Arguments[0], global.GetValueOrDefault);
        if (from.Length == 0)
            throw EngineException.Failed($"base name ({step.Arguments[0]}) should not be blank");
        var name = step.Arguments.Count == 3 ? step.Arguments[2] : $"{stages.Count}";
        var platform = step.Flag("platform") is { } own ? ShellWords.Expand(own, global.GetValueOrDefault).Split('/') : request.Platform;
        if (platform[0] != "linux")
            throw EngineException.Failed("operating system is not supported");
        var stage = await bases.BeginAsync(from, name, platform, stages, spool, cancellation);
        stages.Add(stage);
        steps = new BuildSteps(stage, request, global);
        if (stage.IsPlaceholder && stages.SkipLast(1).All(s => s.Name != from))
        {
            stage.RecordNop($" FROM {from}: not at the registry, an empty image stands for it");
            await output.WriteAsync($" ---> Not at the registry: an empty image stands for {from}\n", cancellation);
        }

        await output.WriteAsync(from == "scratch" ? " ---> \n" : $" ---> {stage.Id.Hex[..12]}\n", cancellation);
    }

    private async Task RecordRunAsync(Instruction step, CancellationToken cancellation)
    {
        if (!hasSaidWhatIsNotRun)
            await output.WriteAsync(" ---> Recorded, not run: this engine has no containers, so what RUN makes is not in the image\n", cancellation);
        hasSaidWhatIsNotRun = true;
        var command = step.IsJson ? string.Join(' ', step.Arguments) : $"{string.Join(' ', Stage.Shell)} {step.Arguments[0]}";
        var arguments = Stage.Arguments.Where(a => a.Value is not null).Select(a => $"{a.Key}={a.Value}").Order(StringComparer.Ordinal).ToList();
        Stage.Record(arguments.Count == 0 ? command : $"|{arguments.Count} {string.Join(' ', arguments)} {command}", null);
    }

    private async Task WorkFolderAsync(Instruction step, CancellationToken cancellation)
    {
        var wanted = steps.Expand(step.Arguments[0]);
        var folder = FileTree.Clean(wanted.StartsWith('/') ? wanted : $"{Stage.Folder}/{wanted}");
        Stage.Settings["WorkingDir"] = "/" + folder;
        var made = new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal);
        for (var path = folder; path.Length > 0 && !Stage.Files.HasFolder(path); path = FileTree.Split(path).Folder)
            made[path] = new TreeEntry(TarEntryType.Directory, (UnixFileMode)Convert.ToInt32("755", 8), 0, 0, "", null);
        Stage.RecordNop($"WORKDIR /{folder}", made.Count == 0 ? null : await AddAsync(made, cancellation));
    }

    private async Task CopyAsync(Instruction step, CancellationToken cancellation)
    {
        var words = step.Arguments.Select(steps.Expand).ToList();
        var copy = new CopyStep(step, Stage, await SourceAsync(step, cancellation));
        await copy.RunAsync(words[..^1], words[^1], cancellation);
        var owner = step.Flag("chown") is { } chown ? $"--chown={chown} " : "";
        Stage.RecordNop($"{step.Name} {owner}{copy.What} in {words[^1]} ", await AddAsync(copy.Result, cancellation));
    }

    private async Task<FileTree> SourceAsync(Instruction step, CancellationToken cancellation)
    {
        if (step.Flag("from") is not { } from)
            return context;
        var earlier = stages.SkipLast(1).ToList();
        if (from == Stage.Name || from == $"{stages.Count - 1}")
            throw EngineException.Failed($"invalid from flag value {from}: refers to current build stage");
        if (earlier.Find(s => s.Name.Equals(from, StringComparison.OrdinalIgnoreCase)) is { } stage)
            return stage.Files;
        if (int.TryParse(from, out var index))
            return index >= 0 && index < earlier.Count
                ? earlier[index].Files
                : throw EngineException.Failed($"invalid from flag value {from}: stage index out of range");
        var image = await bases.BeginAsync(from, from, request.Platform, [], spool, cancellation);
        return !image.IsPlaceholder ? image.Files : throw EngineException.Failed(
            $"invalid from flag value {from}: pull access denied for {from}, repository does not exist or may require 'docker login'");
    }

    private async Task<Layer> AddAsync(SortedDictionary<string, TreeEntry> entries, CancellationToken cancellation)
    {
        var layer = await writer.WriteAsync(entries, context, cancellation);
        foreach (var (path, entry) in entries)
            Stage.Files.Set(path, entry);
        return layer;
    }

    private async Task TellIdAsync(CancellationToken cancellation)
    {
        var id = Stage.Id;
        if (images.Knows(id) && request.UsesCache)
            await output.WriteAsync(" ---> Using cache\n", cancellation);
        await output.WriteAsync($" ---> {id.Hex[..12]}\n", cancellation);
    }

    private Task EndStageAsync(CancellationToken cancellation) => output.ResultAsync(new JsonObject { ["ID"] = $"{Stage.Id}" }, cancellation);

    private async Task EndAsync(CancellationToken cancellation)
    {
        var id = images.Add(Stage.Bytes);
        await EndStageAsync(cancellation);
        var declared = global.Keys.Concat(stages.SelectMany(s => s.Arguments.Keys));
        var unused = request.Arguments.Keys.Except(declared)
            .Where(a => !a.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (unused.Count > 0)
            await output.WriteAsync($"[Warning] One or more build-args [{string.Join(' ', unused)}] were not consumed\n", cancellation);
        await output.WriteAsync($"Successfully built {id.Hex[..12]}\n", cancellation);
        foreach (var name in request.Names)
        {
            images.Name(name, id);
            await output.WriteAsync($"Successfully tagged {name}\n", cancellation);
        }
    }
}

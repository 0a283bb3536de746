using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>One stage of a build: the image as far as it has been made.</summary>
/// <param name="name">The stage's name, or its number.</param>
/// <param name="image">The configuration of the image that it begins with; changed by the build.</param>
/// <param name="files">The files of that image; changed by the build.</param>
/// <param name="isPlaceholder">True when the base image could not be had and an empty one stands for it.</param>
internal sealed class BuildStage(string name, JsonObject image, FileTree files, bool isPlaceholder)
{
    // One time for everything: the same context must be the same image on every machine and every day.
    public static readonly DateTimeOffset Created = new(1980, 1, 2, 0, 0, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name { get; } = name;

    public FileTree Files { get; } = files;

    public bool IsPlaceholder { get; } = isPlaceholder;

    /// <summary>The build arguments that are declared so far, in order, with their values.</summary>
    public OrderedDictionary<string, string?> Arguments { get; } = [];

    /// <summary>What a container of the image is started with.</summary>
    public JsonObject Settings => (JsonObject)image["config"]!;

    /// <summary>The folder that relative paths begin in; no slash at its ends.</summary>
    public string Folder => FileTree.Clean($"{Settings["WorkingDir"]}");

    /// <summary>The shell of commands that are no list.</summary>
    public IReadOnlyList<string> Shell => Settings[nameof(Shell)] is JsonArray shell ? [.. shell.Select(w => $"{w}")] : ["/bin/sh", "-c"];

    public byte[] Bytes => Encoding.UTF8.GetBytes(image.ToJsonString(Plain));

    public Digest Id => Digest.Of(Bytes);

    /// <summary>A copy that another stage begins with.</summary>
    public JsonObject Copy() => (JsonObject)image.DeepClone();

    /// <summary>A variable's value: the image's environment, else a build argument.</summary>
    public string? Variable(string variable) =>
        Environment().LastOrDefault(v => v.StartsWith(variable + "=", StringComparison.Ordinal)) is { } set
            ? set[(variable.Length + 1)..]
            : Arguments.GetValueOrDefault(variable);

    /// <summary>Sets a variable of the image's environment.</summary>
    public void SetVariable(string variable, string value)
    {
        var environment = Environment();
        var index = environment.FindIndex(v => v.StartsWith(variable + "=", StringComparison.Ordinal));
        if (index < 0)
            environment.Add($"{variable}={value}");
        else
            environment[index] = $"{variable}={value}";
        Settings["Env"] = Texts(environment);
    }

    /// <summary>The object of a setting; made when there is none.</summary>
    public JsonObject Table(string setting)
    {
        if (Settings[setting] is not JsonObject table)
            Settings[setting] = table = [];
        return table;
    }

    /// <summary>Ends a step: it stands in the history, with its layer if it made one.</summary>
    public void Record(string command, Layer? layer)
    {
        var step = new JsonObject { ["created"] = $"{Created:yyyy-MM-ddTHH:mm:ssZ}", ["created_by"] = command, ["comment"] = ImageReader.BuiltHere };
        if (layer is null)
            step["empty_layer"] = true;
        else
            ((JsonArray)image["rootfs"]!["diff_ids"]!).Add(layer.Archive);
        ((JsonArray)image["history"]!).Add(step);
    }

    /// <summary>The same for a step that runs nothing, as the builder writes it.</summary>
    public void RecordNop(string what, Layer? layer = null) => Record($"{string.Join(' ', Shell)} #(nop) {what}", layer);

    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];

    private List<string> Environment() => Settings["Env"] is JsonArray list ? [.. list.Select(v => $"{v}")] : [];
}

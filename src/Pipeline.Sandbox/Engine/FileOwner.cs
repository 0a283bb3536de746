using System.Text;
using Pipeline.Sandbox.Registry;

namespace Pipeline.Sandbox.Engine;

/// <summary>Who owns copied files: <c>--chown=user:group</c>, by number or by a name that the image knows.</summary>
internal sealed class FileOwner
{
    private readonly string? written;
    private readonly BuildStage stage;
    private int uid;
    private int gid;

    private FileOwner(string? written, BuildStage stage) => (this.written, this.stage) = (written, stage);

    /// <param name="written">As in <c>10001:10001</c>; null for root.</param>
    /// <param name="stage">Has the names.</param>
    public static FileOwner Parse(string? written, BuildStage stage) => new(written, stage);

    /// <summary>Looks the names up.</summary>
    /// <exception cref="EngineException">The image does not know one.</exception>
    public async Task ResolveAsync(CancellationToken cancellation)
    {
        if (written is null)
            return;
        var parts = ShellWords.Expand(written, stage.Variable).Split(':', 2);
        uid = await NumberAsync("user", parts[0], "etc/passwd", cancellation);
        gid = await NumberAsync("group", parts[^1], "etc/group", cancellation);
    }

    /// <summary>The entry with this owner.</summary>
    public TreeEntry Of(TreeEntry entry) => entry with { Uid = uid, Gid = gid };

    // app:x:10001:10001::/srv:/bin/sh
    private async Task<int> NumberAsync(string kind, string name, string file, CancellationToken cancellation)
    {
        if (int.TryParse(name, out var number))
            return number;
        if (stage.Files.Entries.GetValueOrDefault(file) is { } entry)
            foreach (var line in Encoding.UTF8.GetString(await stage.Files.ReadAsync(entry, cancellation)).Split('\n'))
                if (line.Split(':') is [var found, _, var written, ..] && found == name && int.TryParse(written, out number))
                    return number;
        // The base image, which would know the name, is not here; the history has it.
        if (stage.IsPlaceholder)
            return 0;
        var id = kind == "user" ? "uid" : "gid";
        throw EngineException.Failed(
            $"unable to convert uid/gid chown string to host mapping: can't find {id} for {kind} {name}: no such {kind}: {name}");
    }
}

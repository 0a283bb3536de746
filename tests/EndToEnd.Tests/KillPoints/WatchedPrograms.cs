using Pipeline.Sandbox.Journal;

namespace EndToEnd.Tests.KillPoints;

/// <summary>Programs that stand on the path in front of the real ones: they note that they were started, and end whoever started them.</summary>
internal sealed class WatchedPrograms
{
    private static readonly string[] Names = ["npm", "pg_dump", "pg_restore"];
    private readonly string folder;

    /// <param name="folder">Where they are written.</param>
    public WatchedPrograms(string folder)
    {
        this.folder = Directory.CreateDirectory(folder).FullName;
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (var name in Names)
            if (path.Split(Path.PathSeparator).Select(p => Path.Combine(p, name)).FirstOrDefault(File.Exists) is { } real)
                Write(name, real);
        Variables = new Dictionary<string, string?> { ["PATH"] = $"{this.folder}{Path.PathSeparator}{path}" };
    }

    /// <summary>What a run is started with.</summary>
    public Dictionary<string, string?> Variables { get; }

    private string Started => Path.Combine(folder, "started");

    private string Order => Path.Combine(folder, "order");

    /// <summary>Forgets what was started, and ends the next run at one of them.</summary>
    /// <param name="point">Where; null for nowhere.</param>
    public void Begin(KillPoint? point)
    {
        File.Delete(Started);
        File.Delete(Order);
        if (point is { IsAtProgram: true })
            File.WriteAllText(Order, $"{point.When} {point.At.Method} {point.At.Shape}");
    }

    /// <summary>True when the process that was to end did.</summary>
    public bool Struck => File.Exists(Started) && !File.Exists(Order);

    /// <summary>What was started.</summary>
    public IEnumerable<JournalEntry> Entries => File.Exists(Started)
        ? File.ReadLines(Started).Distinct().Select(line => new JournalEntry(0, KillPoint.Program, line.Split(' ')[0], line, line.Split(' ')[1], 1, null))
        : [];

    private void Write(string name, string real)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, $"""
            #!/bin/sh
            # Its first argument says what it is to do: npm ci, npm run, pg_dump --version.
            case "$1" in --version) exec "{real}" "$@";; esac
            what="{name} $1"
            echo "$what" >>"{Started}"
            order="$(cat "{Order}" 2>/dev/null)"
            "{real}" "$@" &
            [ "$order" != "Meanwhile $what" ] || (rm "{Order}"; kill -KILL "$PPID")
            wait "$!"
            code=$?
            [ "$order" != "After $what" ] || (rm "{Order}"; kill -KILL "$PPID")
            exit "$code"
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
    }
}

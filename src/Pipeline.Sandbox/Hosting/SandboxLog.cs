namespace Pipeline.Sandbox.Hosting;

/// <summary>The sandbox's own log: what it did and what broke in it. Nobody reads its output.</summary>
internal sealed class SandboxLog : IDisposable
{
    /// <summary>The file's name in the sandbox's folder.</summary>
    public const string Name = "log";

    private const long Limit = 4 << 20;
    private readonly Lock gate = new();
    private readonly StreamWriter writer;
    private readonly TimeProvider time;

    /// <param name="folder">The sandbox's folder. What an earlier run wrote stays, unless it is long.</param>
    /// <param name="time">The clock.</param>
    public SandboxLog(string folder, TimeProvider time)
    {
        this.time = time;
        var file = new FileInfo(Path.Combine(folder, Name));
        writer = new StreamWriter(new FileStream(file.FullName, file is { Exists: true, Length: > Limit } ? FileMode.Create : FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            AutoFlush = true,
        };
    }

    /// <summary>Notes what happened.</summary>
    public void Write(string text)
    {
        lock (gate)
            writer.WriteLine($"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss.fff}Z {text}");
    }

    /// <summary>Notes what broke in a part.</summary>
    public void Write(string part, Exception error) => Write($"{part}: {error}");

    public void Dispose()
    {
        lock (gate)
            writer.Dispose();
    }
}

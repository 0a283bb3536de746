using System.Globalization;
using System.Text;

namespace Pipeline.Sandbox.Nodes;

/// <summary>The log of one run of a container, while it is written.</summary>
/// <remarks>Each line is <c>2026-01-01T12:00:00.000000000Z INFO:     Started server process [1]</c>.</remarks>
internal sealed class ContainerLog : IDisposable
{
    private readonly FileStream file;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private TaskCompletionSource changed = New();
    private bool isClosed;

    public ContainerLog(string path, TimeProvider time)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        this.time = time;
    }

    /// <summary>Writes a line; what a killed program still says is lost.</summary>
    public void Write(string line)
    {
        lock (gate)
        {
            if (isClosed)
                return;
            // Nine digits, as kubelets write, of which this clock has seven.
            var now = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff00Z", CultureInfo.InvariantCulture);
            // One write a line: a reader never sees half of one.
            file.Write(Encoding.UTF8.GetBytes($"{now} {line}\n"));
            file.Flush();
            Signal();
        }
    }

    /// <summary>Ends with the next line; null once there will be none.</summary>
    public Task? NextChange()
    {
        lock (gate)
            return isClosed ? null : changed.Task;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            if (isClosed)
                return;
            isClosed = true;
            file.Dispose();
            Signal();
        }
    }

    private void Signal()
    {
        var before = changed;
        changed = New();
        before.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

using System.Collections;

namespace Pipeline.Frontend;

/// <summary>The last lines of a program's output.</summary>
/// <param name="count">How many are kept.</param>
internal sealed class LastLines(int count) : IEnumerable<string>
{
    private readonly Queue<string> lines = new();

    /// <summary>Keeps a line, and lets go of the oldest where there are too many.</summary>
    public void Add(string line)
    {
        lines.Enqueue(line);
        if (lines.Count > count)
            lines.Dequeue();
    }

    /// <inheritdoc />
    public IEnumerator<string> GetEnumerator() => lines.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using System.Globalization;
using System.Net;

namespace EndToEnd.Tests.Bed;

/// <summary>What Linux tells of the sockets of processes.</summary>
internal static class Sockets
{
    private const string Listens = "0A";

    /// <summary>Where these processes wait for connections.</summary>
    public static IReadOnlyList<IPEndPoint> Listening(IEnumerable<int> processes)
    {
        var own = processes.SelectMany(Inodes).ToHashSet();
        return
        [
            .. from file in (string[])["/proc/net/tcp", "/proc/net/tcp6"]
               where File.Exists(file)
               from line in File.ReadLines(file).Skip(1)
               // 0: 0100007F:A3F1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 812345 1 …
               let cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
               where cells[3] == Listens && own.Contains(cells[9])
               select Address(cells[1]),
        ];
    }

    // 0100007F:A3F1: words of four bytes, each in the machine's own order.
    private static IPEndPoint Address(string text)
    {
        var (address, port) = (Convert.FromHexString(text.Split(':')[0]), text.Split(':')[1]);
        var bytes = address.Chunk(4).SelectMany(word => BitConverter.IsLittleEndian ? word.Reverse() : word).ToArray();
        return new IPEndPoint(new IPAddress(bytes), int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private static IEnumerable<string> Inodes(int process)
    {
        foreach (var descriptor in Directory.EnumerateFileSystemEntries($"/proc/{process}/fd"))
            // socket:[812345]
            if (new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal))
                yield return target["socket:[".Length..^1];
    }
}

namespace Pipeline.Sandbox.Redis;

/// <summary>Reads requests as Redis clients send them, and as people type them.</summary>
internal static class RedisRequest
{
    /// <summary>The words of the next request; null when the client is gone.</summary>
    // *2\r\n$7\r\nCLUSTER\r\n$4\r\nINFO\r\n, or one line: CLUSTER INFO\r\n
    public static async Task<string[]?> ReadAsync(StreamReader reader, CancellationToken cancellation)
    {
        if (await reader.ReadLineAsync(cancellation) is not { } line)
            return null;
        if (!line.StartsWith('*'))
            return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var words = new string[int.TryParse(line[1..], out var count) && count is >= 0 and < 1024 ? count : 0];
        for (var word = 0; word < words.Length; word++)
        {
            await reader.ReadLineAsync(cancellation);
            words[word] = await reader.ReadLineAsync(cancellation) ?? "";
        }

        return words;
    }
}

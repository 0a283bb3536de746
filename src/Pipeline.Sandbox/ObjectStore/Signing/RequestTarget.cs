using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Sandbox.ObjectStore.Signing;

/// <summary>What a request asks for, byte by byte as the client wrote it.</summary>
/// <param name="Path">Still encoded, as in <c>/bucket/a%20key</c>.</param>
/// <param name="Query">Decoded names and values, in the order they came.</param>
internal sealed record RequestTarget(string Path, IReadOnlyList<KeyValuePair<string, string>> Query)
{
    /// <summary>Reads the request line. The server's own path is useless here: it has removed <c>..</c>, which is a fine key.</summary>
    public static RequestTarget Of(HttpRequest request)
    {
        var raw = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!raw.StartsWith('/'))
            raw = raw.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0 && raw.IndexOf('/', scheme + 3) is var path and > 0 ? raw[path..] : "/";
        var parts = raw.Split('?', 2);
        return new RequestTarget(parts[0], parts.Length == 1 ? [] : [.. parts[1].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Pair)]);
    }

    /// <summary>A query parameter's value: empty when it has none, null when it is not there.</summary>
    public string? Find(string name)
    {
        foreach (var (key, value) in Query)
            if (key == name)
                return value;
        return null;
    }

    private static KeyValuePair<string, string> Pair(string text)
    {
        var parts = text.Replace('+', ' ').Split('=', 2);
        return KeyValuePair.Create(Uri.UnescapeDataString(parts[0]), parts.Length == 1 ? "" : Uri.UnescapeDataString(parts[1]));
    }
}

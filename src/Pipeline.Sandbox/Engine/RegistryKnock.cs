using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Engine;

/// <summary>Answers a registry that asks who is there, with the password or with a token from the service that it names.</summary>
/// <param name="login">Who asks; null for nobody.</param>
/// <param name="inner">Sends the requests.</param>
internal sealed partial class RegistryKnock(EngineLogin? login, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private AuthenticationHeaderValue? answer;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = answer;
        var response = await base.SendAsync(request, cancellationToken);
        // The engine pings before it sends anything large, so a request that is repeated here has no body to be sent twice.
        if (response.StatusCode != HttpStatusCode.Unauthorized || request.Content is not null
            || await AnswerAsync(response.Headers.WwwAuthenticate, cancellationToken) is not { } found)
            return response;
        response.Dispose();
        answer = request.Headers.Authorization = found;
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<AuthenticationHeaderValue?> AnswerAsync(IEnumerable<AuthenticationHeaderValue> challenges, CancellationToken cancellation)
    {
        foreach (var challenge in challenges)
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
                return await TokenAsync(challenge.Parameter ?? "", cancellation);
            else if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
                return login?.Basic;
        return null;
    }

    private async Task<AuthenticationHeaderValue?> TokenAsync(string challenge, CancellationToken cancellation)
    {
        var parts = Parameter().Matches(challenge).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value);
        if (!Uri.TryCreate(parts.GetValueOrDefault("realm"), UriKind.Absolute, out var realm))
            return null;
        var query = string.Join('&', parts.Where(p => p.Key is "service" or "scope").Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query }.Uri);
        request.Headers.Authorization = login?.Basic;
        using var response = await base.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
            return null;
        var token = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation));
        return new AuthenticationHeaderValue("Bearer", $"{token?["token"] ?? token?["access_token"]}");
    }

    // realm="https://auth.example.com/token",service="registry.example.com",scope="repository:team/api:pull,push"
    [GeneratedRegex("(?<name>[A-Za-z]+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}

/// <summary>An account at a registry, as a client gives it to the engine.</summary>
/// <param name="User">Its name.</param>
/// <param name="Password">Its password.</param>
internal sealed record EngineLogin(string User, string Password)
{
    public AuthenticationHeaderValue Basic => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));

    // {"username":"robot","password":"…","serveraddress":"registry.example.com"} in URL-safe base64; "{}" for nobody
    /// <summary>Reads the header <c>X-Registry-Auth</c>. What cannot be read is nobody, as the real engine has it.</summary>
    public static EngineLogin? Parse(string? header)
    {
        try
        {
            var text = (header ?? "").Replace('-', '+').Replace('_', '/').TrimEnd('=');
            var login = JsonNode.Parse(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
            return login?["username"]?.ToString() is { Length: > 0 } user ? new EngineLogin(user, $"{login["password"]}") : null;
        }
        catch (Exception e) when (e is FormatException or System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Errors;

namespace Pipeline.Images;

/// <summary>
/// Answers a registry that asks who is there: with user and password, or with a token from the service that the registry names.
/// The registry says with each refusal what the token must allow, so one for reading is replaced when something is written.
/// </summary>
internal sealed partial class RegistryAuthorization(RegistryAddress registry, RegistryLogin? login, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private AuthenticationHeaderValue? current;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = current;
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || await AnswerAsync(response.Headers.WwwAuthenticate, cancellationToken) is not { } answer)
            return response;
        response.Dispose();
        current = request.Headers.Authorization = answer;
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<AuthenticationHeaderValue?> AnswerAsync(IEnumerable<AuthenticationHeaderValue> challenges, CancellationToken cancellation)
    {
        foreach (var challenge in challenges)
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
                return await TokenAsync(ParametersOf(challenge), cancellation);
            else if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
                return Basic();
        return null;
    }

    private async Task<AuthenticationHeaderValue?> TokenAsync(Dictionary<string, string> challenge, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(challenge.GetValueOrDefault("realm"), UriKind.Absolute, out var service))
            return null;
        // The registry chooses where the password goes; it must not be able to send it over the network in the clear.
        if (service.Scheme != Uri.UriSchemeHttps && !RegistryAddress.IsLoopbackHost(service.Host))
            throw new FailureException($"The registry '{registry.Host}' asks for the login at '{service}', which is not encrypted. Nothing was sent there.");
        using var request = TokenRequest(service, challenge);
        using var response = await base.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
            return null;
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation));
        var token = body?["token"] ?? body?["access_token"] ?? throw new JsonException("the token service's answer has no token");
        return new AuthenticationHeaderValue("Bearer", token.GetValue<string>());
    }

    private HttpRequestMessage TokenRequest(Uri service, Dictionary<string, string> challenge)
    {
        var wanted = challenge.Where(p => p.Key is "service" or "scope").ToDictionary();
        if (login?.IdentityToken is { } identity)
            return new HttpRequestMessage(HttpMethod.Post, service)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>(wanted)
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = identity.Reveal(),
                    ["client_id"] = "pipeline",
                }),
            };
        var query = string.Join('&', wanted.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(service) { Query = $"{service.Query.TrimStart('?')}&{query}".TrimStart('&') }.Uri);
        request.Headers.Authorization = Basic();
        return request;
    }

    private AuthenticationHeaderValue? Basic() => login?.Password is { } password
        ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{password.Reveal()}")))
        : null;

    private static Dictionary<string, string> ParametersOf(AuthenticationHeaderValue challenge)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameter().Matches(challenge.Parameter ?? ""))
            found[match.Groups["name"].Value] = match.Groups["value"].Value;
        return found;
    }

    // realm="https://auth.example.com/token",service="registry.example.com",scope="repository:team/api:pull,push"
    [GeneratedRegex("(?<name>[A-Za-z]+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}

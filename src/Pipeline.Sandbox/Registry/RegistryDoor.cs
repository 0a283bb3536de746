using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Sandbox.Registry;

/// <summary>Asks who is there, when the registry has an account: for the password itself, or for a token that its token service gives.</summary>
/// <param name="account">Who may enter; null for everybody.</param>
internal sealed class RegistryDoor(RegistryAccount? account)
{
    private const string TokenPath = "/token";
    private readonly ConcurrentDictionary<string, byte> tokens = [];

    /// <summary>Gives a token to who has the password.</summary>
    /// <returns>False when the request is about something else.</returns>
    public async Task<bool> AnswerTokenRequestAsync(HttpContext http)
    {
        if (account is not { UsesTokens: true } || http.Request.Path != TokenPath)
            return false;
        if (!HasPassword(http.Request))
        {
            await Refusal().WriteAsync(http.Response, http.RequestAborted);
            return true;
        }

        var token = $"{Guid.NewGuid():N}";
        tokens[token] = 0;
        await http.Response.WriteJsonAsync(new JsonObject { ["token"] = token, ["expires_in"] = 300 }, "application/json", http.RequestAborted);
        return true;
    }

    /// <summary>Lets the request in.</summary>
    /// <exception cref="RegistryException">Not with these credentials.</exception>
    public void Check(HttpContext http)
    {
        if (account is null || (account.UsesTokens ? HasToken(http.Request) : HasPassword(http.Request)))
            return;
        http.Response.Headers.WWWAuthenticate = account.UsesTokens
            ? $"Bearer realm=\"http://{http.Request.Host}{TokenPath}\",service=\"sandbox\",scope=\"{Scope(http.Request.Path.Value!)}\""
            : "Basic realm=\"sandbox\"";
        throw Refusal();
    }

    private static RegistryException Refusal() => new(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", "authentication required");

    // /v2/team/api/manifests/1.0 needs repository:team/api:pull,push
    private static string Scope(string path) =>
        path.Split('/') is ["", "v2", .. var name, _, _] && name.Length > 0 ? $"repository:{string.Join('/', name)}:pull,push" : "registry:catalog:*";

    private bool HasToken(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var given)
        && given is { Scheme: "Bearer", Parameter: { } token } && tokens.ContainsKey(token);

    private bool HasPassword(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var given) && given.Scheme == "Basic"
        && given.Parameter == Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account!.User}:{account.Password}"));
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Tests.Images;

/// <summary>As much of a registry as manifests need, with the token service of its own when it has a password.</summary>
internal sealed class LoopbackRegistry : LoopbackServer
{
    private readonly ConcurrentDictionary<string, byte[]> manifests = new();

    /// <summary><c>user:password</c>, or null for a registry that is open to all.</summary>
    public string? Password { get; init; }

    /// <summary>Asks for the password itself instead of a token.</summary>
    public bool Basic { get; init; }

    /// <summary>Says nothing of the digest, as some registries do.</summary>
    public bool HidesDigest { get; init; }

    /// <summary>How many requests are answered with 503 before the first good one.</summary>
    public int Failures { get; set; }

    public ConcurrentQueue<string> Scopes { get; } = new();

    /// <summary>Stores a manifest; returns its digest.</summary>
    public string Store(string repository, string tag, string manifest)
    {
        var bytes = Encoding.UTF8.GetBytes(manifest);
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        manifests[$"{repository}/manifests/{tag}"] = manifests[$"{repository}/manifests/{digest}"] = bytes;
        return digest;
    }

    /// <summary>Forgets every manifest.</summary>
    public void Forget() => manifests.Clear();

    public bool Has(string repository, string tag) => manifests.ContainsKey($"{repository}/manifests/{tag}");

    protected override async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (Failures-- > 0)
            response.StatusCode = 503;
        else if (request.Path == "/token")
            await GiveTokenAsync(request, response);
        else if (!IsAllowed(request, out var scope))
            await AskAsync(response, scope);
        else if (request.Path != "/v2/")
            await ManifestAsync(request, response);
    }

    private async Task ManifestAsync(HttpRequest request, HttpResponse response)
    {
        var key = request.Path.Value!["/v2/".Length..];
        if (request.Method == "PUT")
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            Store(key.Split("/manifests/")[0], key.Split("/manifests/")[1], Encoding.UTF8.GetString(body.ToArray()));
            response.StatusCode = 201;
        }
        else if (!manifests.TryGetValue(key, out var manifest))
            response.StatusCode = 404;
        else
        {
            if (!HidesDigest)
                response.Headers["Docker-Content-Digest"] = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(manifest));
            response.ContentType = "application/vnd.docker.distribution.manifest.v2+json";
            if (request.Method == "GET")
                await response.Body.WriteAsync(manifest);
        }
    }

    private string BasicHeader => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Password!));

    private bool IsAllowed(HttpRequest request, out string scope)
    {
        var actions = request.Method == "PUT" ? "pull,push" : "pull";
        scope = request.Path == "/v2/" ? "" : $"repository:{request.Path.Value!["/v2/".Length..].Split("/manifests/")[0]}:{actions}";
        return Password is null || request.Headers.Authorization == (Basic ? BasicHeader : "Bearer for-" + scope);
    }

    private Task AskAsync(HttpResponse response, string scope)
    {
        response.StatusCode = 401;
        response.Headers.WWWAuthenticate = Basic ? "Basic realm=\"x\"" : $"Bearer realm=\"http://{Authority}/token\",service=\"loopback\",scope=\"{scope}\"";
        return response.WriteAsync("""{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}""");
    }

    private async Task GiveTokenAsync(HttpRequest request, HttpResponse response)
    {
        var form = request.HasFormContentType ? await request.ReadFormAsync() : null;
        var scope = form?["scope"].ToString() ?? request.Query["scope"].ToString();
        Scopes.Enqueue(scope);
        if (form is null ? request.Headers.Authorization == BasicHeader : form["refresh_token"] == Password)
            await response.WriteAsync($$"""{"token":"for-{{scope}}"}""");
        else
            response.StatusCode = 401;
    }
}

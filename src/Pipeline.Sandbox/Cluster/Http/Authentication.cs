using System.Net;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Cluster.Access;

namespace Pipeline.Sandbox.Cluster.Http;

/// <summary>Finds out who asks: the bearer of a token, or whom the bearer may impersonate.</summary>
internal sealed class Authentication(AccessTokens tokens)
{
    private const string Scheme = "Bearer ";

    /// <exception cref="ApiException">Unauthorized, or forbidden to impersonate.</exception>
    public User UserOf(HttpContext http, Authorizer authorizer)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
            return User.Anonymous;
        var user = (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? tokens.Find(header[Scheme.Length..].Trim()) : null) ?? throw Unauthorized();
        if (http.Request.Headers["Impersonate-User"].ToString() is not { Length: > 0 } other)
            return user;
        authorizer.Require(user, new AccessRequest("impersonate", "", "users", "", "", other));
        return new User(other, [.. http.Request.Headers["Impersonate-Group"].OfType<string>(), "system:authenticated"]);
    }

    public static ApiException Unauthorized() => new(HttpStatusCode.Unauthorized, "Unauthorized", "Unauthorized");
}

using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Sandbox.Cluster.Access;

/// <summary>The users' bearer tokens: made once, kept in the state folder, so that a kubeconfig outlives a restart.</summary>
internal sealed class AccessTokens
{
    public const string Admin = "sandbox";
    public const string Deployer = "deployer";

    private static readonly Dictionary<string, User> Users = new()
    {
        [Admin] = new User("sandbox-admin", ["system:masters", "system:authenticated"]),
        [Deployer] = new User("deployer", ["deployers", "system:authenticated"]),
    };

    private readonly Dictionary<string, string> tokens;

    private AccessTokens(Dictionary<string, string> tokens) => this.tokens = tokens;

    /// <summary>Reads the tokens, or makes them. A sample of the file: <c>{"sandbox": "6f3c…", "deployer": "91aa…"}</c>.</summary>
    public static async Task<AccessTokens> LoadAsync(string folder, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, "tokens");
        if (File.Exists(file))
            return new AccessTokens(JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(file, cancellation))!);
        var made = Users.Keys.ToDictionary(u => u, _ => RandomNumberGenerator.GetHexString(40, lowercase: true));
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(made), cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new AccessTokens(made);
    }

    /// <summary>The token of a context's user.</summary>
    public string Of(string context) => tokens[context];

    /// <summary>Whose token it is, or null.</summary>
    public User? Find(string token) => tokens.FirstOrDefault(t => t.Value == token).Key is { } context ? Users[context] : null;
}

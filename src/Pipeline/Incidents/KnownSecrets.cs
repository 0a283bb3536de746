using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Cluster;
using Pipeline.Preflight;
using Pipeline.Settings;

namespace Pipeline.Incidents;

/// <summary>
/// The Secrets that pods and workloads refer to: only the names of their keys are kept. Their values, as far as the user may read them, are
/// masked everywhere else, for a program may log its own password.
/// </summary>
internal sealed partial class KnownSecrets(ClusterConnection cluster, Evidence evidence, Action<Secret?> hide)
{
    // A short value, such as a port or a user's name, stands in too many other words.
    private const int ShortestValue = 8;
    private readonly ConcurrentDictionary<string, Task<string>> lines = new();

    /// <summary>Reads those that are named and were not read yet; optional ones too.</summary>
    public Task ReadAsync(IEnumerable<JsonObject> workloads, CancellationToken cancellation)
    {
        var named = workloads.SelectMany(PodReference.In).Where(r => r.Resource == Resource.Secrets).GroupBy(r => r.Name);
        return Task.WhenAll(named.Select(n => lines.GetOrAdd(n.Key, _ => OfAsync(n.Key, n.All(r => r.IsOptional), cancellation))).ToList());
    }

    /// <summary>Keeps the names of their keys.</summary>
    public async Task KeepAsync()
    {
        var all = await Task.WhenAll(lines.Values);
        if (all.Length > 0)
            evidence.Add("objects", "secrets.txt", string.Join('\n', all.Order(StringComparer.Ordinal)) + "\n");
    }

    private async Task<string> OfAsync(string name, bool isOptional, CancellationToken cancellation)
    {
        var line = $"{name}: not read";
        await evidence.TryAsync($"Secret/{name}", async () =>
        {
            if (await cluster.FindAsync(Resource.Secrets, name, cancellation) is not { } found)
            {
                line = $"{name}: {(isOptional ? "does not exist, and is optional" : "DOES NOT EXIST")}";
                return;
            }

            var values = (found.At("data") ?? []).Select(d => (d.Key, Value: Decoded($"{d.Value}"))).ToList();
            foreach (var (key, value) in values.Where(v => v.Value.TrimEnd('\r', '\n').Length >= ShortestValue && IsHidden(v.Key, v.Value)))
                hide(new Secret(value));
            line = $"{name}: {string.Join(", ", values.Select(v => $"{v.Key} ({v.Value.Length} bytes)"))}";
        });
        return line;
    }

    // A host, or "production", stands in ordinary sentences too, which would be masked to pieces.
    private static bool IsHidden(string key, string value) =>
        !PlainName().IsMatch(key) || EvidenceMask.IsSecretName(key) || value.Contains("://", StringComparison.Ordinal);

    private static string Decoded(string base64)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException)
        {
            return "";
        }
    }

    // DB_HOST, username, pguser, dbName; not transport, nor superuser.
    [GeneratedRegex(
        "((?<![a-z])|(?<![a-z])(db|pg|mysql|postgres|redis|smtp))(user|user_?name|host|host_?name|port|db|database|db_?name|name|schema|env|environment|namespace|region|bucket)$|(?-i:(?<=[a-z0-9])(User|Username|UserName|Host|Hostname|HostName|Port|Db|Database|Name|Schema|Env|Environment|Namespace|Region|Bucket)$)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex PlainName();
}

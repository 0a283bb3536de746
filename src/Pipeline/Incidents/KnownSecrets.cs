using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Cluster;
using Pipeline.Preflight;
using Pipeline.Settings;

namespace Pipeline.Incidents;

/// <summary>
/// The Secrets that the workloads refer to: only the names of their keys are kept. Their values, as far as the user may read them, are
/// masked everywhere else, for a program may log its own password.
/// </summary>
internal sealed class KnownSecrets(ClusterConnection cluster, Evidence evidence, Action<Secret?> hide)
{
    // A short value, such as a port or a user's name, stands in too many other words.
    private const int ShortestValue = 8;

    /// <summary>Reads them.</summary>
    public async Task ReadAsync(IEnumerable<JsonObject> workloads, CancellationToken cancellation)
    {
        var names = workloads.SelectMany(PodReference.In).Where(r => r.Resource == Resource.Secrets).Select(r => r.Name).Distinct();
        var lines = await Task.WhenAll(names.Select(n => OfAsync(n, cancellation)));
        if (lines.Length > 0)
            evidence.Add("objects", "secrets.txt", string.Join('\n', lines.Order(StringComparer.Ordinal)) + "\n");
    }

    private async Task<string> OfAsync(string name, CancellationToken cancellation)
    {
        var line = $"{name}: not read";
        await evidence.TryAsync($"Secret/{name}", async () =>
        {
            if (await cluster.FindAsync(Resource.Secrets, name, cancellation) is not { } found)
            {
                line = $"{name}: DOES NOT EXIST";
                return;
            }

            var values = (found.At("data") ?? []).Select(d => (d.Key, Value: Decoded($"{d.Value}"))).ToList();
            foreach (var (key, value) in values.Where(v => v.Value.Length >= ShortestValue && (EvidenceMask.IsSecretName(v.Key) || v.Value.Contains("://", StringComparison.Ordinal))))
                hide(new Secret(value));
            line = $"{name}: {string.Join(", ", values.Select(v => $"{v.Key} ({v.Value.Length} bytes)"))}";
        });
        return line;
    }

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
}

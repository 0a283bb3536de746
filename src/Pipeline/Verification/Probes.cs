using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Cluster;

namespace Pipeline.Verification;

/// <summary>What is asked after a release, in the order it is shown.</summary>
internal static class Probes
{
    // A Service spreads connections over its pods: one right answer may come from the only pod that is right.
    private const int HealthInARow = 3;
    private static readonly string[] Well = ["ok", "up", "healthy", "pass", "true"];

    public static IReadOnlyList<Probe> Of(VerificationOptions options, ExpectedRelease expected)
    {
        var api = options.ApiUrl!.TrimEnd('/');
        var site = options.SiteUrl!.TrimEnd('/');
        var health = new Probe("health", new Uri($"{api}/health"), HealthInARow, answer => HealthFault(answer, expected));
        // What people brought there by hand need not have this product's other addresses.
        if (expected.Version is null)
            return expected.HasPages ? [health, new("page", new Uri($"{site}/"), 1, answer => answer.StatusFault)] : [health];
        List<Probe> probes =
        [
            health,
            new("datasets", new Uri($"{api}/api/v1/datasets"), 1, ListFault),
            new("page", new Uri($"{site}/"), 1, PageFault),
        ];
        if (expected.HasPages)
            probes.Add(new("release.json", new Uri($"{site}/release.json"), 1, answer => ReleaseFileFault(answer, expected)));
        return probes;
    }

    // {"status":"ok","version":"1.4.2","schema_revision":"aaaa00000001","database":"up"}
    internal static string? HealthFault(Answer answer, ExpectedRelease expected)
    {
        // A body that explains an error status is worth more than the status.
        if (ObjectIn(answer) is not { } health)
            return answer.StatusFault ?? $"no JSON object: {answer.Beginning}";
        return Joined(
            answer.IsOk ? null : $"status {answer.Status}",
            Unwell(health, "status"),
            expected.HasDatabase ? Unwell(health, "database") : null,
            expected.Version is { } version ? Differs(health, "version", version) : null,
            expected.SchemaRevision is { } revision && !expected.Newer.Contains(health.Text("schema_revision") ?? "") ? Differs(health, "schema_revision", revision) : null);
    }

    // A bare list, or a page of one: {"items":[…]}
    internal static string? ListFault(Answer answer)
    {
        if (!answer.IsOk)
            return answer.StatusFault;
        var body = Parsed(answer);
        return body is JsonArray || (body is JsonObject page && page.Any(field => field.Value is JsonArray)) ? null : $"no JSON list: {answer.Beginning}";
    }

    internal static string? PageFault(Answer answer)
    {
        if (!answer.IsOk)
            return answer.StatusFault;
        // A bucket that lists itself, or a proxy's own page, is HTML too but runs no program.
        var isPage = answer.Body.Contains("<html", StringComparison.OrdinalIgnoreCase) && answer.Body.Contains("<script", StringComparison.OrdinalIgnoreCase);
        return isPage ? null : $"not the site's page: {answer.Beginning}";
    }

    // {"release":7,"version":"1.4.2","commit":"…"}
    internal static string? ReleaseFileFault(Answer answer, ExpectedRelease expected)
    {
        if (!answer.IsOk)
            return answer.StatusFault;
        return ObjectIn(answer) is { } file
            ? Joined(Differs(file, "release", $"{expected.Number}"), Differs(file, "version", expected.Version!))
            : $"no JSON object: {answer.Beginning}";
    }

    private static string? Unwell(JsonObject body, string field) =>
        body.Text(field) is { } said && Well.Contains(said.ToLowerInvariant()) ? null : $"{field} is {Quoted(body.Text(field))}";

    private static string? Differs(JsonObject body, string field, string expected) =>
        body.Text(field) == expected ? null : $"{field} is {Quoted(body.Text(field))}, not '{expected}'";

    private static string Quoted(string? value) => value is null ? "missing" : $"'{value}'";

    private static string? Joined(params string?[] faults) => string.Join("; ", faults.OfType<string>()) is { Length: > 0 } all ? all : null;

    private static JsonObject? ObjectIn(Answer answer) => Parsed(answer) as JsonObject;

    private static JsonNode? Parsed(Answer answer)
    {
        try
        {
            return JsonNode.Parse(answer.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

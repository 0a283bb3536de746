using System.Text.Json.Nodes;

namespace EndToEnd.Tests.KillPoints;

/// <summary>What must be true once a run has ended, however the one before it ended.</summary>
internal static class WorldCheck
{
    /// <summary>Compares everything with the newest record.</summary>
    /// <param name="world">What was found.</param>
    /// <param name="version">The version that must serve now; null when that depends on the records alone.</param>
    /// <param name="revisions">Where the schema may stand.</param>
    /// <param name="earlier">Dumps that a record named which is no longer kept.</param>
    /// <returns>A sentence for everything that is not as it must be.</returns>
    public static IReadOnlyList<string> Faults(World world, string? version, IReadOnlyCollection<string> revisions, IReadOnlyCollection<string> earlier)
    {
        if (world.Live is not { } live)
            return [$"release {world.Newest["rollback"]!["to"]} serves, and its record is gone"];
        return
        [
            .. Records(world, world.Newest, live, version),
            .. Pods(world, live),
            .. Pages(world, live),
            .. Left(world, earlier),
            .. Schema(world, revisions),
        ];
    }

    private static IEnumerable<string> Records(World world, JsonNode newest, JsonNode live, string? version)
    {
        if ((string?)newest["outcome"] != "Succeeded")
            yield return $"release {newest["number"]} is {newest["outcome"]}";
        foreach (var open in world.Records.Where(r => (string?)r["outcome"] is "Unfinished" or null))
            yield return $"release {open["number"]} was left unfinished";
        foreach (var (release, step) in world.Records.SelectMany(r => r["steps"]!.AsArray().Select(s => (r, s!))).Where(s => (string?)s.Item2["state"] == "Running"))
            yield return $"step {step["name"]} of release {release["number"]} is said to run";
        if (version is not null && (string?)live["version"] != version)
            yield return $"the record says that {live["version"]} serves, not {version}";
    }

    private static IEnumerable<string> Pods(World world, JsonNode live)
    {
        var (status, spec) = (world.Deployment["status"]!, world.Deployment["spec"]!);
        var (image, recorded) = ((string)spec["template"]!["spec"]!["containers"]![0]!["image"]!, (string)live["image"]!["reference"]!);
        if (image != recorded)
            yield return $"the Deployment has image {image}, not {recorded}";
        if ((int?)status["updatedReplicas"] != (int)spec["replicas"]! || (int?)status["readyReplicas"] != (int)spec["replicas"]!)
            yield return $"the rollout is not complete: {status.ToJsonString()}";
        foreach (var pod in world.Pods.Where(p => (string?)p["spec"]!["containers"]![0]!["image"] != recorded))
            yield return $"pod {pod["metadata"]!["name"]} runs another image";
        if ((string?)world.Configuration["data"]!["RELEASED_AS"] != (string?)live["version"])
            yield return $"the pods have the configuration of {world.Configuration["data"]!["RELEASED_AS"]}, not of {live["version"]}";
        if (world.ApiVersion != (string?)live["version"])
            yield return $"the API is {world.ApiVersion}, not {live["version"]}";
    }

    private static IEnumerable<string> Schema(World world, IReadOnlyCollection<string> revisions)
    {
        if (world.SchemaRevision is not { } revision)
            yield break;
        if (!revisions.Contains(revision))
            yield return $"the schema is at {revision}, not at {string.Join(" or ", revisions)}";
        // A rollback beside a compatible migration at work records nothing of the schema.
        if (world.Newest["migration"] is { } recorded && (string?)recorded["after"] != revision)
            yield return $"the schema is at {revision}, and the record of release {world.Newest["number"]} says {(string?)recorded["after"] ?? "(none)"}";
    }

    private static IEnumerable<string> Pages(World world, JsonNode live)
    {
        var recorded = (world.Recorded ?? []).Order(StringComparer.Ordinal).ToList();
        if (!recorded.SequenceEqual(world.Pages.Order(StringComparer.Ordinal)))
            yield return $"the bucket has other pages than the record: {string.Join(", ", world.Pages.Except(recorded).Select(p => $"+{p}").Concat(recorded.Except(world.Pages).Select(p => $"-{p}")))}";
        if (JsonNode.Parse(world.Site["/release.json"]) is var said && ((int)said!["release"]! != (int)live["number"]! || (string?)said["version"] != (string?)live["version"]))
            yield return $"the edge says {said.ToJsonString()}, and release {live["number"]} ({live["version"]}) is recorded";
        if (!world.Site["/"].Contains($" {live["version"]}</title>", StringComparison.Ordinal))
            yield return $"the edge shows another page than that of {live["version"]}";
    }

    private static IEnumerable<string> Left(World world, IReadOnlyCollection<string> earlier)
    {
        if (world.LockHolder is { } holder)
            yield return $"{holder} still holds the deploy lock";
        foreach (var job in world.Jobs)
            yield return $"Job {job} is still at work";
        foreach (var upload in world.Uploads)
            yield return $"the upload of {upload} was never ended";
        // What was not proven is known by its record until the next backup takes it away.
        var recorded = world.Records.Select(r => (string?)r["backup"]?["id"]).ToHashSet();
        if (world.Newest["rollback"] is not null)
            recorded.UnionWith(world.Records.Select(r => (string?)r["backupBegun"]));
        foreach (var dump in world.Backups.Except(earlier).Where(b => !recorded.Contains(b)))
            yield return $"the dump {dump} is in no record";
    }
}
